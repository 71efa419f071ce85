"""What people and programs ask of the stored state: reads only, one question a function.

Rows come back as the documents have them (ARCHITECTURE.md), without the packed binaries that only
the stream understands.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo import ASCENDING, DESCENDING
from pymongo.database import Database

from shared.adapters.mongo.collections import (
    ALERTS,
    DRIFT_METRICS,
    FLOWS,
    LEASES,
    LIVE_MODEL,
    REQUESTS,
    RUNS,
    SEGMENT_EVENTS,
    SEGMENTS,
    TRANSITIONS,
)
from shared.core.customers.features import MINOR_PER_UNIT
from shared.core.windows.purchases import PurchaseWindow
from shared.documents import Document
from shared.errors import ModelNotFound

OUTCOMES = ("applied", "duplicate", "late", "unattributed", "rejected")
"""Every record that was read is exactly one of these."""

N_RECENT = 5
HISTORY_DAYS = 60

_ARRAYS_OF_THE_MODEL = {"kmeans": 0, "som": 0, "population": 0}


@dataclass(frozen=True)
class Accounting:
    """Whether every record that was read has exactly one outcome."""

    read: int
    outcomes: Mapping[str, int]

    @property
    def is_exact(self) -> bool:
        """Whether the outcomes add up to the records read."""
        return self.read == sum(self.outcomes.values())


@dataclass(frozen=True)
class StreamStatus:
    """One stream: who runs it, where it stands, and what waits to be done; None where nothing is stored."""

    stream_id: str
    lease: Document | None
    live: Document | None
    accounting: Accounting | None
    requests: Sequence[Document]
    runs: Sequence[Document]
    alerts: Sequence[Document]


def stream_status(database: Database[Document], stream_id: str) -> StreamStatus:
    """Read everything that says how a stream is doing."""
    live = database[LIVE_MODEL].find_one({"_id": stream_id}, _ARRAYS_OF_THE_MODEL)
    waiting = {"status": {"$in": ["open", "serving"]}}
    return StreamStatus(
        stream_id,
        database[LEASES].find_one({"_id": f"stream:{stream_id}"}),
        live,
        accounting(live["counters"]) if live else None,
        list(database[REQUESTS].find(waiting).sort("created_at", ASCENDING)),
        list(database[RUNS].find().sort("started_at", DESCENDING).limit(N_RECENT)),
        list(
            database[ALERTS].find().sort([("status", ASCENDING), ("last_as_of", DESCENDING)]).limit(N_RECENT)
        ),
    )


def accounting(counters: Mapping[str, int]) -> Accounting:
    """Compare the records read with the sum of their outcomes."""
    return Accounting(counters["read"], {name: counters[name] for name in OUTCOMES})


def segments(database: Database[Document], stream_id: str) -> list[Document]:
    """Read the segments of the model in force, the one with most revenue first.

    Raises
    ------
    ModelNotFound : the stream has no model yet.
    """
    return segments_of(database, _model_epoch(database, stream_id))


def segments_of(database: Database[Document], model_epoch: int) -> list[Document]:
    """Read the segments of a model, the one with most revenue first."""
    by_revenue = [("revenue_minor", DESCENDING), ("segment_id", ASCENDING)]
    return list(database[SEGMENTS].find({"model_epoch": model_epoch}).sort(by_revenue))


def latest_drift(database: Database[Document], stream_id: str) -> list[Document]:
    """Read the newest drift measurements of the model in force, one row per metric and segment.

    Raises
    ------
    ModelNotFound : the stream has no model yet.
    """
    return newest_drift(database, _model_epoch(database, stream_id))


def newest_drift(database: Database[Document], model_epoch: int) -> list[Document]:
    """Read the rows of the newest day under a model, by metric and segment; none before the first."""
    chosen: Document = {"model_epoch": model_epoch}
    newest = database[DRIFT_METRICS].find_one(chosen, {"as_of": 1}, sort=[("as_of", DESCENDING)])
    if newest is None:
        return []
    chosen |= {"as_of": newest["as_of"]}
    return list(database[DRIFT_METRICS].find(chosen).sort([("metric", ASCENDING), ("segment_id", ASCENDING)]))


def drift_rows(
    database: Database[Document], rows: Sequence[Document]
) -> dict[tuple[str, int | None], list[Document]]:
    """Read how the metrics of `rows` came to their values, oldest first; a day measured twice counts once."""
    if not rows:
        return {}
    newest: datetime = rows[0]["as_of"]
    chosen = {
        "metric": {"$in": sorted({row["metric"] for row in rows})},
        "as_of": {"$gt": newest - timedelta(days=HISTORY_DAYS), "$lte": newest},
    }
    by_day: dict[tuple[str, int | None], dict[datetime, Document]] = {}
    for row in database[DRIFT_METRICS].find(chosen).sort([("as_of", ASCENDING), ("model_epoch", ASCENDING)]):
        by_day.setdefault((row["metric"], row["segment_id"]), {})[row["as_of"]] = row
    return {key: list(days.values()) for key, days in by_day.items()}


def segment_events(database: Database[Document], stream_id: str) -> list[Document]:
    """Read what the promotion of the model in force made of segments, and what learning has since.

    Rows as stored, the names of segments added to each event. Raises like `segments`.
    """
    epoch, rows = _model_epoch(database, stream_id), database[SEGMENT_EVENTS]
    newest = [("as_of", DESCENDING)]
    chosen = [
        rows.find_one({"model_epoch": epoch, "kind": kind}, sort=newest) for kind in ("promotion", "learning")
    ]
    called = database[SEGMENTS].find({}, {"segment_id": 1, "name": 1}).sort("model_epoch", ASCENDING)
    names = {row["segment_id"]: row["name"] for row in called}
    found = [row for row in chosen if row is not None]
    for event in (event for row in found for event in row["events"]):
        for side in ("old", "new"):
            event[f"{side}_names"] = [names.get(segment_id, f"{segment_id}") for segment_id in event[side]]
    return found


def watches(database: Database[Document], stream_id: str) -> Document:
    """Read what the watches over days (`drift`) and `hours` remember. Raises like `segments`."""
    _model_epoch(database, stream_id)
    return database[LIVE_MODEL].find_one({"_id": stream_id}, {"drift": 1, "hours": 1}) or {}


def hour_windows(database: Database[Document], stream_id: str) -> list[PurchaseWindow]:
    """Read the windows of hourly purchases that are kept, in order."""
    rows = database[FLOWS].find({"kind": "hours", "stream_id": stream_id}).sort("start_ms", ASCENDING)
    return [PurchaseWindow.from_document(row) for row in rows]


def migrations(database: Database[Document], limit: int) -> list[Document]:
    """Count the moves between segments that customers made themselves, the most frequent first.

    Rows have `from`, `to` (names), `cause`, `moves` and `monetary`, the net spend of those who moved.
    Moves that a new model caused say nothing about customers and are left out.
    """
    moved = {"from_id": {"$ne": None}, "to_id": {"$ne": None}, "cause": {"$ne": "model"}}
    group = {
        "_id": {"from": "$from_name", "to": "$to_name", "cause": "$cause"},
        "moves": {"$sum": 1},
        "minor": {"$sum": "$monetary_minor"},
    }
    steps: list[Document] = [
        {"$match": moved},
        {"$group": group},
        {"$sort": {"moves": -1, "_id": 1}},
        {"$limit": limit},
    ]
    found = database[TRANSITIONS].aggregate(steps)
    return [{**row["_id"], "moves": row["moves"], "monetary": row["minor"] / MINOR_PER_UNIT} for row in found]


def _model_epoch(database: Database[Document], stream_id: str) -> int:
    live = database[LIVE_MODEL].find_one({"_id": stream_id}, {"model_epoch": 1})
    if live is None:
        msg = f"stream {stream_id!r} has not stored anything yet; `resegment status` says what comes next"
        raise ModelNotFound(msg)
    if live["model_epoch"] is None:
        msg = f"stream {stream_id!r} has no model yet; `resegment status` says what comes next"
        raise ModelNotFound(msg)
    epoch: int = live["model_epoch"]
    return epoch
