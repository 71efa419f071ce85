"""`resegment segments`: who the customers are now, one line a segment; `rename` gives one a name."""

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from cli.connection import open_database
from cli.options import Verbs, add_json_flag, add_verb, start
from cli.output import Column, amount, answer, model_and_day, number, percent, print_table
from cli.standing import require_segments

COLUMNS = (
    Column("segment", "left"),
    Column("id"),
    Column("customers"),
    Column("share"),
    Column("revenue"),
    Column("of all"),
    Column("recency d"),
    Column("orders"),
    Column("spend"),
    Column("action", "left"),
)
AXES = ("recency_days", "frequency", "monetary")
ALIKE = "the segments do not differ: in last purchase, orders and spend all are about equal"


def register(subparsers: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(subparsers, "segments", run, "the segments of the model in force, and their names")
    add_json_flag(parser)
    actions = parser.add_subparsers(dest="action", metavar="rename", required=False)
    rename = add_verb(actions, "rename", _rename, "give a segment a name that outlives re-clusterings")
    rename.add_argument("segment_id", metavar="ID", type=int)
    what = rename.add_mutually_exclusive_group(required=True)
    what.add_argument("name", metavar="NAME", nargs="?")
    what.add_argument("--reset", action="store_true", help="go back to the name that the rule gives")
    rename.add_argument("--action", dest="advice", metavar="TEXT", help="what to do about its customers")
    add_json_flag(rename)


def run(args: argparse.Namespace) -> int:
    """Print the segments, the one with most revenue first."""
    settings = start(args)
    from shared.adapters import readers

    with open_database(settings) as database:
        require_segments(database, settings)
        rows = readers.segments(database, settings.stream.id)
    answer(args, rows, lambda: print_segments(rows))
    return 0


def _rename(args: argparse.Namespace) -> int:
    settings = start(args)
    from shared.adapters.mongo import segment_names

    with open_database(settings) as database:
        if args.reset:
            segments = segment_names.reset_name(database, args.segment_id)
        else:
            segments = segment_names.rename_segment(database, args.segment_id, args.name, args.advice)
    named = next(segment for segment in segments if segment.segment_id == args.segment_id)
    line = f"segment {named.segment_id} is called {named.name!r}; the stream brings its customers along"
    answer(args, segments, lambda: print(line))
    return 0


def print_segments(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print one line a segment."""
    title = model_and_day(rows[0]) if rows else "no segments are published yet"
    if _are_alike(rows):
        title += f"; {ALIKE}"
    print_table(COLUMNS, [_cells(row) for row in rows], title=title)


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        row["name"],
        str(row["segment_id"]),
        number(row["customers"]),
        percent(row["share"]),
        amount(row["revenue"]),
        percent(row["revenue_share"]),
        number(row["mean_recency_days"], 1),
        number(row["mean_frequency"], 1),
        amount(row["mean_monetary"]),
        row["action"],
    )


def _are_alike(rows: Sequence[Mapping[str, Any]]) -> bool:
    from shared.core.segments.naming import are_alike

    return are_alike([tuple(row[f"mean_{axis}"] for axis in AXES) for row in rows])
