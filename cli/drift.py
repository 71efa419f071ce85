"""`resegment drift`: whether the segmentation still fits the customers, and what flows in differently."""

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from cli import drift_hours, drift_simulate
from cli.connection import open_database
from cli.drift_chart import bars, chart, ratios
from cli.drift_events import print_events
from cli.options import Verbs, add_json_flag, add_verb, start
from cli.output import Column, answer, model_and_day, number, print_pairs, print_table
from cli.standing import require_segments
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
FLOW_COLUMNS = (
    Column("channel", "left"),
    Column("segment", "left"),
    Column("observed"),
    Column("expected"),
    Column("score"),
    Column("limit"),
    Column("state", "left"),
    Column("|score| / limit", "left"),
)

Rows = Sequence[Mapping[str, Any]]
Key = tuple[str, int | None]
History = Mapping[Key, Rows]
"""The days of a metric of a segment, oldest first."""


def register(subparsers: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(subparsers, "drift", run, "the newest drift measurements and their history")
    parser.add_argument("--metric", help="only this metric, for example share_psi or drift_basket")
    parser.add_argument(
        "--second-opinion", action="store_true", help="let river's ADWIN judge the kept hours as well"
    )
    parser.add_argument(
        "--fail-on", choices=tuple(LEVELS), help="exit 5 if any row has this status or a worse one"
    )
    add_json_flag(parser)
    drift_simulate.register(parser.add_subparsers(metavar="simulate", required=False))


def run(args: argparse.Namespace) -> int:
    """Print the tables; 5 if `--fail-on` is met."""
    settings = start(args)
    from shared.adapters import readers
    from shared.core.drift.memory import DriftMemory
    from shared.core.drift.watch import is_advisory

    with open_database(settings) as database:
        require_segments(database, settings)
        rows = _chosen(readers.latest_drift(database, settings.stream.id), args.metric)
        history = readers.drift_rows(database, rows)
        events = readers.segment_events(database, settings.stream.id)
        watches = readers.watches(database, settings.stream.id)
        hours = drift_hours.read(database, settings, watches["hours"], second_opinion=args.second_opinion)
    memory, budget = DriftMemory.from_document(watches["drift"]), settings.drift.budget_of_each
    watch = {
        "budget": settings.drift.false_alarms,
        "watched_days": memory.watched_days,
        "alarms": memory.alarms,
        "allowed": budget.expected(memory.watched_days),
        "advisory": is_advisory(memory, settings.drift.budget),
        "episodes": memory.episodes,
        "stock": str(memory.stale.state),
        "stock_cause": memory.stale_cause,
        "hours": hours,
    }

    def print_text() -> None:
        print_flows(rows, history)
        print_drift(rows, history)
        print_events(events)
        print_pairs(_watched(watch), title="the watch")

    answer(args, {"metrics": rows, "events": events, "watch": watch}, print_text)
    failing = LEVELS[args.fail_on] if args.fail_on else ()
    return FIRING if any(row["status"] in failing for row in rows) else 0


def print_drift(rows: Rows, history: History) -> None:
    """Print one line for each measurement of the stock, with its history by metric and segment."""
    stock = [row for row in rows if row["kind"] == "stock"]
    cells = [_cells(row, [day["value"] for day in history.get(_key(row), [])]) for row in stock]
    print_table(COLUMNS, cells, title=model_and_day(rows[0]) if rows else "nothing measured yet")


def print_flows(rows: Rows, history: History) -> None:
    """Print one line for each channel of the daily flows, and draw the one that is furthest out."""
    flows = [row for row in rows if row["kind"] == "flow"]
    if not flows:
        return
    days = {_key(row): ratios(history.get(_key(row), [])) for row in flows}
    cells = [_flow_cells(row, bars(days[_key(row)][-WIDTH:])) for row in flows]
    print_table(FLOW_COLUMNS, cells, title=f"daily flows, {model_and_day(rows[0])}")
    furthest = max(flows, key=lambda row: days[_key(row)][-1] or 0.0 if days[_key(row)] else 0.0)
    drawn = days[_key(furthest)]
    if any(value is not None for value in drawn):
        name = f"{furthest['metric']} {furthest['segment_name'] or ''}".strip()
        lines = [[line] for line in chart(drawn)]
        print_table((Column("", "left"),), lines, title=f"{name}, |score| in the last {len(drawn)} ticks")


def sparkline(values: Sequence[float | None]) -> str:
    """Draw values as small bars between the lowest and the highest of them; a gap where there is none."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    low, high = min(known), max(known)
    scale = (len(BARS) - 1) / (high - low) if high > low else 0.0
    return "".join(" " if value is None else BARS[round((value - low) * scale)] for value in values)


def _chosen(rows: "list[dict[str, Any]]", metric: str | None) -> "list[dict[str, Any]]":
    """Keep one metric; a name that is not measured is refused, or a misspelt gate would never fire."""
    names = {row["metric"] for row in rows}
    if metric is None or metric in names:
        return [row for row in rows if metric in (None, row["metric"])]
    known = ", ".join(sorted(names)) or "none yet"
    msg = f"--metric {metric}: nothing of that name was measured; there are {known}"
    raise InvalidConfig(msg)


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


def _flow_cells(row: Mapping[str, Any], drawn: str) -> tuple[str, ...]:
    return (
        row["metric"].removeprefix("drift_"),
        row["segment_name"] or "all",
        number(row["observed"], 1),
        number(row["expected"], 1),
        number(row["value"], 2),
        number(row["warn"], 2),
        row["state"],
        drawn,
    )


def _watched(watch: Mapping[str, Any]) -> dict[str, str]:
    """Say how the budget is kept, and what is going on."""
    going = ", ".join(f"{e.cause} ({len(e.channels)} channels)" for e in watch["episodes"])
    stock = watch["stock"] if watch["stock_cause"] is None else f"{watch['stock']}: {watch['stock_cause']}"
    days = f"{watch['watched_days']} watched days"
    return {
        "budget": watch["budget"],
        "realised": f"{watch['alarms']} in {days} ({watch['allowed']:.1f} allowed)",
        "history": "less than a year: alarms are advisory" if watch["advisory"] else "enough",
        "alarmed now": going or "nothing",
        "stock": stock,
        **drift_hours.said(watch["hours"]),
    }


def _key(row: Mapping[str, Any]) -> Key:
    return row["metric"], row["segment_id"]
