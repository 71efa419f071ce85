"""`resegment drift`: whether the segmentation still fits the customers."""

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from cli.connection import open_database
from cli.options import add_json_flag, start
from cli.output import Column, moment, number, print_json, print_table
from shared.errors import InvalidConfig

FIRING = 5
LEVELS = {"warn": ("warn", "critical"), "critical": ("critical",)}
BARS = "▁▂▃▄▅▆▇█"
WIDTH = 20
COLUMNS = (
    Column("metric", "left"),
    Column("segment", "left"),
    Column("value"),
    Column("warn"),
    Column("critical"),
    Column("status", "left"),
    Column("history", "left"),
)


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    parser = subparsers.add_parser("drift", help="the newest drift measurements and their history")
    parser.add_argument("--metric", help="only this metric, for example share_psi")
    parser.add_argument(
        "--fail-on", choices=tuple(LEVELS), help="exit 5 if any row has this status or a worse one"
    )
    add_json_flag(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the table; 5 if `--fail-on` is met."""
    settings = start(args)
    from shared.adapters import readers

    with open_database(settings) as database:
        rows = _chosen(readers.latest_drift(database, settings.stream.id), args.metric)
        history = {} if args.json else readers.drift_history(database, rows)
    if args.json:
        print_json(rows)
    else:
        print_drift(rows, history)
    failing = LEVELS[args.fail_on] if args.fail_on else ()
    return FIRING if any(row["status"] in failing for row in rows) else 0


def print_drift(
    rows: Sequence[Mapping[str, Any]], history: Mapping[tuple[str, int | None], Sequence[float | None]]
) -> None:
    """Print one line a measurement, with its history by metric and segment."""
    cells = [_cells(row, history.get((row["metric"], row["segment_id"]), [])) for row in rows]
    print_table(COLUMNS, cells, title=_title(rows))


def _chosen(rows: "list[dict[str, Any]]", metric: str | None) -> "list[dict[str, Any]]":
    """Keep one metric; a name that is not measured is refused, or a misspelt gate would never fire."""
    names = {row["metric"] for row in rows}
    if metric is None or metric in names:
        return [row for row in rows if metric in (None, row["metric"])]
    known = ", ".join(sorted(names)) or "none yet"
    msg = f"--metric {metric}: nothing of that name was measured; there are {known}"
    raise InvalidConfig(msg)


def sparkline(values: Sequence[float | None]) -> str:
    """Draw values as small bars between the lowest and the highest of them; a gap where there is none."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    low, high = min(known), max(known)
    scale = (len(BARS) - 1) / (high - low) if high > low else 0.0
    return "".join(" " if value is None else BARS[round((value - low) * scale)] for value in values)


def _cells(row: Mapping[str, Any], history: Sequence[float | None]) -> tuple[str, ...]:
    return (
        row["metric"],
        row["segment_name"] or "all",
        number(row["value"], 4),
        number(row["warn"], 4),
        number(row["critical"], 4),
        row["status"],
        sparkline(history[-WIDTH:]),
    )


def _title(rows: Sequence[Mapping[str, Any]]) -> str:
    if not rows:
        return "nothing measured yet"
    return f"model {rows[0]['model_version']}, as of {moment(rows[0]['as_of'])}"
