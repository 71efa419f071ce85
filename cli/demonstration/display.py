"""What a person sees while the demo runs: a live table on a terminal, a line now and then elsewhere."""

import sys
from contextlib import ExitStack
from dataclasses import dataclass
from time import monotonic, sleep

from pymongo.database import Database
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from cli.demonstration.children import Jobs
from cli.output import STYLES, amount, number, percent, say
from shared.adapters import readers
from shared.adapters.mongo.models import read_pointer
from shared.documents import Document
from shared.errors import ModelNotFound, StreamFailed
from shared.settings import Settings

POLL_S = 0.5
LINE_EVERY_S = 5.0
SETTLED_S = 3.0
"""The stream takes an idle step every second: by then the last day and the last model are in force."""
STALLED_S = 300.0
"""Without a word from the stream for this long, something is wrong with the machine."""


@dataclass(frozen=True)
class View:
    """One look at the database."""

    live: Document | None
    segments: list[Document]
    drift: list[Document]
    n_waiting: int
    epoch: int | None
    """Of the champion pointer: the stream may still have to follow it."""


def watch(database: Database[Document], settings: Settings, jobs: Jobs, total: int) -> float:
    """Show progress until every event is applied and every review served; returns the seconds it took.

    Raises
    ------
    StreamFailed : a job ended, or nothing has moved for five minutes.
    """
    started, changed, said, last, revision = monotonic(), monotonic(), 0.0, "", -1
    with ExitStack() as stack:
        screen = _screen(stack)
        while True:
            view = _look(database, settings)
            if view.live is not None and view.live["rev"] != revision:
                revision, changed = view.live["rev"], monotonic()
            if _is_done(view, total) and monotonic() - changed > SETTLED_S:
                return changed - started
            jobs.check()
            if monotonic() - changed > STALLED_S:
                msg = f"nothing has moved for {STALLED_S:.0f} s; see {jobs.log('stream')}"
                raise StreamFailed(msg)
            if screen is not None:
                screen.update(_table(view, total, monotonic() - started), refresh=True)
            elif monotonic() - said > LINE_EVERY_S and _line(view, total) != last:
                said, last = monotonic(), _line(view, total)
                say(last)
            sleep(POLL_S)  # a look, not a wait for anything in particular


def _screen(stack: ExitStack) -> Live | None:
    if not sys.stderr.isatty():
        return None
    return stack.enter_context(Live(console=Console(stderr=True), transient=True, auto_refresh=False))


def _look(database: Database[Document], settings: Settings) -> View:
    status = readers.stream_status(database, settings.stream.id)
    live = status.live
    try:
        segments = readers.segments(database, settings.stream.id)
        drift = readers.latest_drift(database, settings.stream.id)
    except ModelNotFound:
        segments, drift = [], []
    pointer = read_pointer(database)
    return View(live, segments, drift, len(status.requests), pointer.epoch if pointer else None)


def _is_done(view: View, total: int) -> bool:
    live = view.live
    if live is None or live["counters"]["read"] < total:
        return False
    return live["pending"] is None and live["model_epoch"] == view.epoch and not view.n_waiting


def _line(view: View, total: int) -> str:
    live = view.live
    if live is None or not live["counters"]["read"]:
        return "starting Spark"
    worst = [row["metric"] for row in view.drift if row["status"] == "critical"]
    day = f"{live['as_of']:%Y-%m-%d}" if live["as_of"] else "no day yet"
    rate = (live["batch"] or {}).get("events_per_s", 0.0)
    parts = [
        f"{day}: {live['counters']['read']:,} of {total:,} events ({rate:,.0f}/s)",
        f"{live['customers']:,} customers",
        f"{len(view.segments)} segments, model {live['model_version'] or '-'}",
        f"{len(worst)} staleness metrics critical",
    ]
    return ", ".join(parts) + (", re-clustering" if view.n_waiting else "")


def _table(view: View, total: int, elapsed_s: float) -> Group:
    live = view.live
    if live is None or not live["counters"]["read"]:
        return Group(f"starting Spark … {elapsed_s:.0f} s")
    counters, batch = live["counters"], live["batch"] or {}
    head = Table.grid(padding=(0, 2))
    day = f"{live['as_of']:%A %d %B %Y}" if live["as_of"] else "-"
    head.add_row(
        "day",
        day,
        "events",
        f"{counters['read']:,} of {total:,}",
        "rate",
        f"{batch.get('events_per_s', 0):,.0f}/s",
    )
    head.add_row(
        "customers",
        f"{live['customers']:,}",
        "lag",
        f"{total - counters['read']:,} events",
        "model",
        f"{live['model_version'] or '-'}{' (re-clustering)' if view.n_waiting else ''}",
    )
    bar = Table.grid()
    bar.add_row(ProgressBar(total=total, completed=counters["read"], width=80))
    parts: list[RenderableType] = [head, bar]
    if view.segments:
        parts += [Text(), _segments(view), Text(), _drift(view)]
    return Group(*parts)


def _segments(view: View) -> Table:
    table = Table(box=None, pad_edge=False)
    for title in ("segment", "customers", "share", "of revenue", "recency d", "orders", "spend"):
        table.add_column(title, justify="left" if title == "segment" else "right")
    for row in view.segments:
        table.add_row(
            row["name"],
            number(row["customers"]),
            percent(row["share"]),
            percent(row["revenue_share"]),
            number(row["mean_recency_days"], 1),
            number(row["mean_frequency"], 1),
            amount(row["mean_monetary"]),
        )
    return table


def _drift(view: View) -> Table:
    table = Table.grid(padding=(0, 2))
    everybody = [row for row in view.drift if row["segment_id"] is None]
    for row in everybody:
        table.add_row(
            row["metric"], number(row["value"], 3), f"[{STYLES.get(row['status'], '')}]{row['status']}[/]"
        )
    return table
