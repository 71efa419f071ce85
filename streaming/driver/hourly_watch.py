"""Windows of hourly purchases in the database: read off the customers once, then kept as they were.

A window is closed between two micro-batches, when enough customers have bought after its end, and written
under the identity of its start before anything is judged by it: what comes after a crash finds it there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from zlib import crc32
from zoneinfo import ZoneInfo

import numpy as np
from bson.datetime_ms import DatetimeMS
from pymongo import ASCENDING, DESCENDING
from pymongo.database import Database

from shared.adapters.mongo.collections import FLOWS
from shared.adapters.mongo.customer_store import customers_of
from shared.core.customers.features import MS_PER_DAY, RfmColumns
from shared.core.model.artifact import ModelArtifact
from shared.core.model.placement import CLUSTERED, cluster_status
from shared.core.windows.hourly import (
    MS_PER_HOUR,
    REFERENCE_DAYS,
    HourlyRules,
    judge,
    reference_from_ms,
    under_epoch,
    with_reference,
)
from shared.core.windows.purchases import HOURS_A_WEEK, MIN_ROWS, PurchaseWindow, fresh_sample
from shared.core.windows.spans import MEMORY
from shared.documents import Document
from shared.settings import Settings
from streaming.driver.flows import day_number
from streaming.driver.live import LiveState

GRACE_MS: Final = 15 * 60_000
"""Purchases may come so late and still be part of their window."""

KEPT_DAYS: Final = REFERENCE_DAYS + 7
"""Older windows are deleted: no reference is made from them any more."""

_BOUGHT_AT = "last_purchase_at"


def prepare(database: Database[Document]) -> None:
    """Make the hours quick to find; only those who watch them pay for the index."""
    customers_of(database).create_index([(_BOUGHT_AT, ASCENDING)])


def with_clock(database: Database[Document], state: LiveState, settings: Settings) -> LiveState:
    """Note, after a micro-batch, the moment since which enough customers have bought to believe the clock.

    It belongs to the live model: read off the customers later, a half-applied micro-batch would show.
    """
    if not settings.drift.hourly or state.now is None or state.newest_event_ms is None:
        return state
    if state.newest_event_ms - GRACE_MS < _next_end_ms(state):
        return state  # even the newest purchase closes nothing
    enough = settings.tick.min_customers
    # The moment alone is read off the index, without any customer.
    bought = customers_of(database).find({}, {"_id": 0, _BOUGHT_AT: 1})
    times = [document[_BOUGHT_AT] for document in bought.sort(_BOUGHT_AT, DESCENDING).limit(enough)]
    is_known = len(times) == enough and times[-1] is not None
    return replace(state, hours=replace(state.hours, clock_ms=int(times[-1]) if is_known else 0))


def next_hours(
    database: Database[Document],
    state: LiveState,
    champion: ModelArtifact,
    settings: Settings,
    *,
    is_day_over: bool,
) -> LiveState | None:
    """Close the next window of the tick's day and judge it; None if none is due.

    Where there were too few buyers for one, that is noted: it is looked for again an hour later.
    """
    zone, start_ms = ZoneInfo(settings.input.zone), _start_ms(state)
    until_ms = state.standing.as_of_ms
    if not is_day_over:
        until_ms = min(until_ms, state.hours.clock_ms - GRACE_MS)
    if until_ms < _next_end_ms(state):
        return None
    window = _window(database, state, (start_ms, until_ms), zone)
    if window is None:
        looked_ms = until_ms - (until_ms - start_ms) % MS_PER_HOUR
        return replace(state, hours=replace(state.hours, looked_ms=looked_ms))
    memory = under_epoch(state.hours, state.standing.epoch or 0)
    first_ms = reference_from_ms(memory, window)
    if first_ms is not None and not champion.provisional:
        rules = HourlyRules(settings.drift.budget_of_each, settings.model.seed)
        memory = with_reference(
            memory, _load(database, state.stream_id, first_ms, window.start_ms), champion, rules
        )
    return replace(state, hours=judge(memory, window, champion))


def _start_ms(state: LiveState) -> int:
    """Return the start of the next window: what is left of yesterday is added, a pause of days is not."""
    day_ms, closed_ms = state.standing.as_of_ms - MS_PER_DAY, state.hours.closed_ms
    return day_ms if closed_ms is None or closed_ms < day_ms - MS_PER_DAY else closed_ms


def _next_end_ms(state: LiveState) -> int:
    """Return the earliest end of the next window."""
    return max(_start_ms(state), state.hours.looked_ms) + MS_PER_HOUR


def _window(
    database: Database[Document], state: LiveState, span: tuple[int, int], zone: ZoneInfo
) -> PurchaseWindow | None:
    """Return the window that begins there: as a run before has kept it, or measured and kept."""
    start_ms, until_ms = span
    kept = database[FLOWS].find_one({"_id": _id(state.stream_id, start_ms)})
    if kept is not None:
        return PurchaseWindow.from_document(kept)
    window = _measure(database, state.stream_id, start_ms, until_ms, zone)
    if window is not None:
        _keep(database, state, window)
    return window


def _measure(
    database: Database[Document], stream_id: str, start_ms: int, until_ms: int, zone: ZoneInfo
) -> PurchaseWindow | None:
    """Read the shortest window of whole hours that has enough customers; None if there is none yet."""
    ids, rows = _bought(database, start_ms, until_ms)
    who = np.fromiter((crc32(name.encode()) for name in ids), np.int64, len(ids))
    order = np.fromiter((crc32(f"{start_ms}:{name}".encode()) for name in ids), np.int64, len(ids))
    recent = _recent(database, stream_id, start_ms)
    for end_ms in range(start_ms + MS_PER_HOUR, until_ms + 1, MS_PER_HOUR):
        inside = np.flatnonzero(rows.last_purchase_ms < end_ms)
        chosen = inside[fresh_sample(who[inside], order[inside], recent)]
        if chosen.size >= MIN_ROWS:
            ended = datetime.fromtimestamp((end_ms - 1) / 1000, zone)
            phase = (ended.weekday() * 24 + ended.hour) % HOURS_A_WEEK
            return PurchaseWindow(
                start_ms, end_ms, day_number(end_ms, zone), phase, rows.take(chosen), who[chosen]
            )
    return None


def _bought(database: Database[Document], start_ms: int, until_ms: int) -> tuple[list[str], RfmColumns]:
    """Read who bought last between two moments and can be clustered, in order of id."""
    wanted = {_BOUGHT_AT: {"$gte": DatetimeMS(start_ms), "$lt": DatetimeMS(until_ms)}, "deleted": False}
    read = ("frequency", "monetary_minor", "first_purchase_at", _BOUGHT_AT)
    documents = list(customers_of(database).find(wanted, dict.fromkeys(read, 1)))
    documents.sort(key=lambda document: document["_id"])
    table = np.array([[int(row[name]) for name in read] for row in documents], np.int64).reshape(
        -1, len(read)
    )
    rows = RfmColumns(*table.T)
    inside = np.flatnonzero(cluster_status(rows, has_model=True) == CLUSTERED)
    return [documents[at]["_id"] for at in inside.tolist()], rows.take(inside)


def _load(database: Database[Document], stream_id: str, first_ms: int, until_ms: int) -> list[PurchaseWindow]:
    wanted = {
        "kind": "hours",
        "stream_id": stream_id,
        "start_ms": {"$gte": first_ms},
        "end_ms": {"$lte": until_ms},
    }
    return _windows(list(database[FLOWS].find(wanted).sort("start_ms", ASCENDING)))


def _recent(database: Database[Document], stream_id: str, start_ms: int) -> list[PurchaseWindow]:
    wanted = {"kind": "hours", "stream_id": stream_id, "start_ms": {"$lt": start_ms}}
    newest = database[FLOWS].find(wanted).sort("start_ms", DESCENDING).limit(MEMORY)
    return _windows(list(newest)[::-1])


def _windows(documents: Sequence[Mapping[str, Any]]) -> list[PurchaseWindow]:
    return [PurchaseWindow.from_document(document) for document in documents]


def _keep(database: Database[Document], state: LiveState, window: PurchaseWindow) -> None:
    row = {
        "_id": _id(state.stream_id, window.start_ms),
        "kind": "hours",
        "stream_id": state.stream_id,
        "as_of": DatetimeMS(window.end_ms),
        "model_version": state.standing.version,
        "model_epoch": state.standing.epoch,
        "customers": len(window),
        **window.to_document(),
    }
    database[FLOWS].replace_one({"_id": row["_id"]}, row, upsert=True)
    old = {"kind": "hours", "stream_id": state.stream_id, "day": {"$lt": window.day - KEPT_DAYS}}
    database[FLOWS].delete_many(old)


def _id(stream_id: str, start_ms: int) -> str:
    return f"{stream_id}:hours:{start_ms}"
