"""Random exports are right to the last penny or stopped with a way to mend them, never silently wrong.

`python -m tests.support.exports` counts what becomes of any number of them.
"""

import tempfile
from pathlib import Path
from random import Random

import pytest
from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st

from tests.support.exports.drawing import drawn_export
from tests.support.exports.outcome import outcome_of, seeded_outcomes


@settings(derandomize=True, phases=[Phase.generate])  # shrinking takes minutes, the note tells enough
@given(st.randoms(use_true_random=False))
def test_an_export_is_never_wrong_without_a_word(rng: Random) -> None:
    export = drawn_export(rng)
    note(", ".join(export.features))
    with tempfile.TemporaryDirectory() as folder:
        outcome = outcome_of(Path(folder) / "sales", export)
    assert outcome.verdict != "wrong", outcome


@pytest.mark.parametrize("decade", range(4))
def test_exports_of_known_seeds_are_right_to_the_last_penny_or_stopped(tmp_path: Path, decade: int) -> None:
    seeds = range(10 * decade, 10 * decade + 10)
    outcomes = list(seeded_outcomes(seeds, tmp_path))
    assert [(seed, outcome) for seed, _, outcome in outcomes if not outcome.is_good] == []
