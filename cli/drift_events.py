"""What became of segments, as lines of a table."""

from collections.abc import Mapping, Sequence
from typing import Any

from cli.output import Column, moment, number, percent, print_table

COLUMNS = (
    Column("compared", "left"),
    Column("as of", "left"),
    Column("event", "left"),
    Column("from", "left"),
    Column("to", "left"),
    Column("share"),
    Column("customers"),
)
NOTHING = "events: every segment is what it was"


def print_events(found: Sequence[Mapping[str, Any]]) -> None:
    """Print one line an event; segments that live on as themselves are none."""
    cells = [
        (
            row["kind"],
            moment(row["as_of"]),
            event["kind"],
            _names(event["old_names"]),
            _names(event["new_names"]),
            percent(event["share"]),
            number(event["customers"]),
        )
        for row in found
        for event in row["events"]
        if event["kind"] != "survive" or event["old"] != event["new"]
    ]
    if found:
        print_table(COLUMNS, cells, title="events" if cells else NOTHING)


def _names(names: Sequence[str]) -> str:
    return " + ".join(names) or "-"
