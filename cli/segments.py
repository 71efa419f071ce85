"""`resegment segments`: who the customers are now, one line a segment."""

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from cli.connection import open_database
from cli.options import add_json_flag, start
from cli.output import Column, amount, moment, number, percent, print_json, print_table

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


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    parser = subparsers.add_parser("segments", help="the segments of the model in force")
    add_json_flag(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the segments, the one with most revenue first."""
    settings = start(args)
    from shared.adapters import readers

    with open_database(settings) as database:
        rows = readers.segments(database, settings.stream.id)
    if args.json:
        print_json(rows)
        return 0
    print_segments(rows)
    return 0


def print_segments(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print one line a segment."""
    print_table(COLUMNS, [_cells(row) for row in rows], title=_title(rows))


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


def _title(rows: Sequence[Mapping[str, Any]]) -> str:
    if not rows:
        return "no segments are published yet"
    first = rows[0]
    return f"model {first['model_version']}, as of {moment(first['as_of'])}"
