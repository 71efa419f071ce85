"""Checks of what a study says of its data."""

import math
from collections.abc import Iterable
from string import Formatter

import pandas as pd

from batch.studies.claims import Claim, Value
from batch.studies.framework import StudyResult


def assert_claims_hold(result: StudyResult, table: pd.DataFrame) -> None:
    """Recompute every claim from the table as the study reads it; nothing is said of the data outside one."""
    claims = [sentence for sentence in result.sentences() if isinstance(sentence, Claim)]
    assert any(claim.recompute for claim in claims), "the study claims nothing of its table"
    for claim in claims:
        assert_claim_holds(claim, table)
    _assert_no_digits(sentence for sentence in result.sentences() if isinstance(sentence, str))


def assert_claim_holds(claim: Claim, table: pd.DataFrame) -> None:
    """The facts come out again, and the words have no number of their own."""
    _assert_no_digits(literal for literal, *_ in Formatter().parse(claim.wording))
    if claim.recompute is None:
        return
    again = claim.recompute(table)
    assert again.keys() == claim.facts.keys(), claim.text
    differences = {
        name: (stated, again[name])
        for name, stated in claim.facts.items()
        if not _is_same(stated, again[name])
    }
    assert not differences, f"{claim.text} states, and the table says: {differences}"


def _assert_no_digits(texts: Iterable[str]) -> None:
    """No number stands in a text unless a fact stands behind it; settings of a method are facts too."""
    written = [text for text in texts if any(character in "0123456789" for character in text)]
    assert not written, f"numbers that no fact stands behind: {written}"


def _is_same(stated: Value, again: Value) -> bool:
    if isinstance(stated, float) and isinstance(again, float):
        both_nan = math.isnan(stated) and math.isnan(again)
        return both_nan or math.isclose(stated, again, rel_tol=1e-6, abs_tol=1e-9)
    return stated == again
