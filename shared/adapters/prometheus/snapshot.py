"""One look at everything that is stored, under one model.

The live model is read first and says which epoch the other rows must be of: a promotion in between
leaves a look with fewer rows, never one that mixes two models.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pymongo.database import Database

from shared.adapters.mongo.collections import (
    ALERTS,
    CUSTOMERS,
    DELIVERIES,
    LEASES,
    LIVE_MODEL,
    MODELS,
    RUNS,
)
from shared.adapters.mongo.requests import open_requests
from shared.adapters.readers import newest_drift, segments_of
from shared.documents import Document

_LIVE = {"kmeans": 0, "som": 0, "population": 0, "days": 0, "hours.scale": 0, "hours.detector": 0}
_MODEL = {"k": 1, "provisional": 1, "created_at": 1, "as_of": 1}
_RUN = {"status": 1, "decision": 1, "finished_at": 1}
N_RUNS = 20


@dataclass(frozen=True)
class Snapshot:
    """Documents as they are stored; None and nothing where there is nothing yet."""

    live: Document | None
    lease: Document | None
    model: Document | None
    segments: Sequence[Document]
    drift: Sequence[Document]
    runs: Sequence[Document]
    n_runs: Sequence[tuple[str, int]]
    requests: Sequence[str]
    alerts: Sequence[Document]
    deliveries: Sequence[Document]
    state_bytes: int


def take(database: Database[Document], stream_id: str) -> Snapshot:
    """Read it all; bound the time with `pymongo.timeout` around it."""
    live = database[LIVE_MODEL].find_one({"_id": stream_id}, _LIVE)
    epoch = None if live is None else live["model_epoch"]
    version = None if live is None else live["model_version"]
    return Snapshot(
        live=live,
        lease=database[LEASES].find_one({"_id": f"stream:{stream_id}"}),
        model=None if version is None else database[MODELS].find_one({"_id": version}, _MODEL),
        segments=[] if epoch is None else segments_of(database, epoch),
        drift=[] if epoch is None else newest_drift(database, epoch),
        runs=list(database[RUNS].find({"job": "recluster"}, _RUN).sort("started_at", -1).limit(N_RUNS)),
        n_runs=_count_runs(database),
        requests=[request.kind for request in open_requests(database)],
        alerts=list(database[ALERTS].find({"status": "firing"}, {"kind": 1, "severity": 1})),
        deliveries=list(database[DELIVERIES].find({}, {"told": 0})),
        state_bytes=_state_bytes(database),
    )


def _count_runs(database: Database[Document]) -> list[tuple[str, int]]:
    """Count finished runs by outcome: promoted, kept or failed."""
    ended: list[dict[str, Any]] = [
        {"$match": {"job": "recluster", "status": {"$ne": "running"}}},
        {"$group": {"_id": {"$ifNull": ["$decision", "failed"]}, "n": {"$sum": 1}}},
        {"$sort": {"_id": 1}},
    ]
    return [(row["_id"], row["n"]) for row in database[RUNS].aggregate(ended)]


def _state_bytes(database: Database[Document]) -> int:
    stages: list[dict[str, Any]] = [{"$collStats": {"storageStats": {}}}]
    stats: list[Document] = list(database[CUSTOMERS].aggregate(stages)) if _exists(database) else []
    return sum(int(row["storageStats"]["totalSize"]) for row in stats)


def _exists(database: Database[Document]) -> bool:
    return bool(database.list_collection_names(filter={"name": CUSTOMERS}))
