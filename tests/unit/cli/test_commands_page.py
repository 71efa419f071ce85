"""docs/commands.md names every verb, every flag and every exit code."""

import re
from pathlib import Path

import pytest

from cli import failures, verify
from cli.main import build_parser
from cli.parser import VerbParser
from shared import errors
from shared.adapters import exports
from shared.adapters.tables import Field
from shared.errors import ReclusteringError

PAGE = (Path(__file__).parents[3] / "docs" / "commands.md").read_text(encoding="utf-8")
LEAVES = list(build_parser().leaves())


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.prog)
def test_every_verb_has_a_section_that_names_its_flags(leaf: VerbParser) -> None:
    verb = leaf.prog.split()[1]
    section = PAGE.partition(f"### {verb}\n")[2].partition("\n##")[0]
    common = PAGE.partition("## Flags of every verb")[2].partition("\n## ")[0]
    flags = {
        option for action in leaf._actions for option in action.option_strings if option.startswith("--")
    }

    assert section
    assert [flag for flag in sorted(flags - {"--help", "--json"}) if flag not in section + common] == []


@pytest.mark.parametrize("verb", ["try", "verify"])
def test_a_verb_that_reads_a_file_has_every_flag_by_which_replay_reads_it(verb: str) -> None:
    flags = {
        leaf.prog.split()[1]: {option for action in leaf._actions for option in action.option_strings}
        for leaf in LEAVES
    }
    of_sending = {"--from", "--limit", "--rate", "--resume", "--to", "--topic", "--yes"}

    assert flags["replay"] - of_sending <= flags[verb]


def test_every_exit_code_is_in_the_table() -> None:
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, ReclusteringError)
    ]
    used = {kind.exit_code for kind in kinds} | {
        0,
        verify.MISMATCH,
        5,
        failures.INTERRUPTED,
        failures.TERMINATED,
    }

    assert {int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)} == used


@pytest.mark.parametrize(
    ("what", "fields"),
    [
        ("customers", exports.CUSTOMER_FIELDS),
        ("segments", exports.SEGMENT_FIELDS),
        ("drift", exports.DRIFT_FIELDS),
        ("events", exports.EVENT_FIELDS),
        ("transitions", exports.TRANSITION_FIELDS),
    ],
)
def test_export_columns_are_documented_in_their_order(what: str, fields: tuple[Field, ...]) -> None:
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| {what} |"))

    assert ", ".join(field.name for field in fields) in row
