"""Step 1: the customers to cluster, as of one tick.

Reads one snapshot of the database, so the tick and the customers belong together while the stream
goes on writing. Sorted by id, so the table does not depend on where documents happen to lie.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from time import monotonic, sleep
from typing import Any

import numpy as np
from pymongo import DESCENDING
from pymongo.client_session import ClientSession
from pymongo.database import Database

from shared.adapters.mongo.collections import CUSTOMERS, LIVE_MODEL, RUNS
from shared.core.arrays import Float64
from shared.core.canonical import to_milliseconds
from shared.core.choice.k_rule import LastRun
from shared.core.customers.features import MINOR_PER_UNIT, RfmColumns
from shared.documents import Document
from shared.errors import ReclusteringError

POLL_S = 0.1
"""Between looks at whether the stream has finished rewriting customers; a pass takes seconds."""

CLUSTERABLE = {"deleted": False, "frequency": {"$gt": 0}, "monetary_minor": {"$gt": 0}}
COLUMNS = {
    "frequency": "$frequency",
    "monetary_minor": "$monetary_minor",
    "first_purchase_ms": {"$toLong": "$first_purchase_at"},
    "last_purchase_ms": {"$toLong": "$last_purchase_at"},
}


@dataclass(frozen=True)
class CustomerTable:
    """Customers with a purchase and net spend > 0, by ascending id.

    as_of : the tick of the live model. first_event_at, newest_event_at : reach of the data.
    """

    rfm: RfmColumns
    as_of: datetime
    first_event_at: datetime
    newest_event_at: datetime

    @property
    def n(self) -> int:
        """Number of customers."""
        return int(self.rfm.frequency.size)

    @property
    def as_of_ms(self) -> int:
        """The tick in epoch milliseconds."""
        return to_milliseconds(self.as_of)

    @property
    def spend(self) -> Float64:
        """Net spend in currency units, (n,)."""
        return self.rfm.monetary_minor / MINOR_PER_UNIT


def load_customers(database: Database[Document], stream_id: str, *, wait_s: float) -> CustomerTable:
    """Read the table at a moment when every customer is at the same tick.

    Raises
    ------
    ReclusteringError : within `wait_s` there was no such moment, or there is nobody to cluster.
    """
    with settled_tick(database, stream_id, wait_s=wait_s) as (session, live):
        return _read(database, session, live)


def count_clusterable(database: Database[Document], stream_id: str) -> int:
    """Return how many customers the stream would have clustered when it last wrote; 0 before it ever did."""
    live = database[LIVE_MODEL].find_one({"_id": stream_id}, {"clusterable": 1})
    return 0 if live is None else int(live["clusterable"])


@contextmanager
def settled_tick(
    database: Database[Document], stream_id: str, *, wait_s: float
) -> Iterator[tuple[ClientSession, Document]]:
    """Open a snapshot in which every customer is at the same tick; gives it with the live model.

    Raises
    ------
    ReclusteringError : within `wait_s` there was no such moment.
    """
    deadline = monotonic() + wait_s
    while True:
        with database.client.start_session(snapshot=True) as session:
            live = database[LIVE_MODEL].find_one({"_id": stream_id}, session=session)
            obstacle = _obstacle(live)
            if live is not None and obstacle is None:
                yield session, live
                return
        if monotonic() >= deadline:
            msg = (
                f"stream {stream_id!r} should have a settled tick within {wait_s:.0f} s; {obstacle}; "
                "`resegment status` says what comes next"
            )
            raise ReclusteringError(msg)
        sleep(POLL_S)


def load_last_run(database: Database[Document], job: str, as_of: datetime) -> LastRun | None:
    """Read how the newest run that came to a decision before `as_of` saw the numbers of segments.

    Runs of one tick see the same customers with the same seed: the second says nothing that the first
    did not. None if there is no run before.
    """
    earlier = {"job": job, "status": "done", "as_of": {"$lt": as_of}}
    newest = [("started_at", DESCENDING)]
    run = database[RUNS].find_one(earlier, {"metrics.k_memory": 1}, sort=newest)
    memory = (run or {}).get("metrics", {}).get("k_memory")
    if memory is None:
        return None
    return LastRun(memory["current_k"], frozenset(memory["leaders"]), memory["has_missed"])


def _obstacle(live: Mapping[str, Any] | None) -> str | None:
    if live is None:
        return "it has written nothing yet"
    if live["as_of"] is None or live["first_event_at"] is None:
        return "no day has come: fewer customers have bought than `tick.min_customers`"
    if live["pending"] is not None:
        return "it is rewriting its customers for another tick or model"
    return None


def _read(database: Database[Document], session: ClientSession, live: Mapping[str, Any]) -> CustomerTable:
    pipeline: list[dict[str, Any]] = [
        {"$match": CLUSTERABLE},
        {"$sort": {"_id": 1}},
        {"$project": {"_id": 0} | COLUMNS},
    ]
    rows = database[CUSTOMERS].aggregate(pipeline, session=session, hint="_id_", batchSize=50_000)
    rfm = _columns(rows)
    if not rfm.frequency.size:
        msg = (
            "a re-clustering needs a customer with a purchase and net spend > 0; there is none yet; "
            "see `resegment status`"
        )
        raise ReclusteringError(msg)
    return CustomerTable(rfm, live["as_of"], live["first_event_at"], live["newest_event_at"])


def _columns(rows: Iterable[Mapping[str, Any]]) -> RfmColumns:
    values = [tuple(row[name] for name in COLUMNS) for row in rows]
    table = np.array(values, dtype=np.int64).reshape(-1, len(COLUMNS))
    return RfmColumns(**{name: np.ascontiguousarray(table[:, at]) for at, name in enumerate(COLUMNS)})
