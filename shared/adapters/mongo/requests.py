"""Requests for a re-clustering: what the stream asks for and the batch job serves, once each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from pymongo import ASCENDING, DESCENDING, ReturnDocument
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from shared.adapters.mongo.collections import REQUESTS
from shared.adapters.mongo.leases import Lease
from shared.documents import Document

Kind = Literal["bootstrap", "refit", "schedule", "drift", "operator"]

ESCALATION = 1.5
"""Within the cooldown, drift asks again only when its score has grown by this factor."""

_WAITING = {"status": {"$in": ["open", "serving"]}}
_OLDEST_FIRST = [("created_at", ASCENDING), ("_id", ASCENDING)]


@dataclass(frozen=True)
class Request:
    """One wish for a re-clustering.

    as_of : the tick at which it was filed, if there was one. force : an operator overrides the vetoes.
    """

    id: str
    kind: Kind
    status: str
    reason: str
    as_of: datetime | None
    created_at: datetime
    force: bool = False


def request_id(kind: Kind, key: str) -> str:
    """Identity of a request: the same wish filed twice is the same request."""
    return f"{kind}:{key}"


def file_request(
    database: Database[Document],
    kind: Kind,
    key: str,
    as_of: datetime | None,
    reason: str,
    *,
    force: bool = False,
    score: float | None = None,
) -> bool:
    """File a request; False if the same one was filed before, whatever became of it."""
    document = {
        "_id": request_id(kind, key),
        "kind": kind,
        "status": "open",
        "reason": reason,
        "as_of": as_of,
        "created_at": datetime.now(UTC),
        "force": force,
        "score": score,
        "served_by": None,
        "finished_at": None,
        "outcome": None,
        "run_id": None,
    }
    try:
        database[REQUESTS].insert_one(document)
    except DuplicateKeyError:
        return False
    return True


def file_drift_request(
    database: Database[Document],
    *,
    stream_id: str,
    as_of: datetime,
    score: float,
    reason: str,
    cooldown_days: int,
) -> bool:
    """File that the segmentation no longer fits; False while an earlier wish still covers this one.

    One request a cooldown, by event time, so that a replay files the same ones. Within it another one
    only if the score has grown by `ESCALATION`, and none while any request waits to be served.

    Parameters
    ----------
    as_of : the tick of the evidence. score : how large the drift is, > 0, in any unit that stays the same.
    """
    if database[REQUESTS].find_one(_WAITING, {"_id": 1}) is not None:
        return False
    of_stream = {
        "kind": "drift",
        "_id": {"$gte": request_id("drift", f"{stream_id}:"), "$lt": request_id("drift", f"{stream_id};")},
    }
    last = database[REQUESTS].find_one(of_stream, sort=[("as_of", DESCENDING)])
    if last is not None:
        is_covered = as_of - last["as_of"] < timedelta(days=cooldown_days)
        if is_covered and score < ESCALATION * (last["score"] or 0.0):
            return False
    key = f"{stream_id}:{as_of:%Y-%m-%d}"
    return file_request(database, "drift", key, as_of, reason, score=score)


def open_requests(database: Database[Document]) -> list[Request]:
    """Return the requests that wait or are being served, oldest first."""
    return [_request(document) for document in database[REQUESTS].find(_WAITING).sort(_OLDEST_FIRST)]


def claim(database: Database[Document], lease: Lease, identity: str | None = None) -> Request | None:
    """Take the oldest request that nobody serves, or that of `identity`; None if there is none.

    What an earlier holder of the lease took and never finished is taken again: there is only one
    holder, so the earlier one is gone.
    """
    abandoned = {"status": "serving", "served_by.epoch": {"$lt": lease.epoch}}
    document = database[REQUESTS].find_one_and_update(
        ({} if identity is None else {"_id": identity}) | {"$or": [{"status": "open"}, abandoned]},
        {"$set": {"status": "serving", "served_by": {"holder": lease.holder, "epoch": lease.epoch}}},
        sort=_OLDEST_FIRST,
        return_document=ReturnDocument.AFTER,
    )
    return None if document is None else _request(document)


def finish(
    database: Database[Document],
    identity: str,
    lease: Lease,
    *,
    status: Literal["done", "failed"],
    outcome: str,
    run_id: str | None,
) -> bool:
    """Close a request that `lease` serves; False if a later holder of the lease has taken it over."""
    result = database[REQUESTS].update_one(
        {"_id": identity, "status": "serving", "served_by.epoch": lease.epoch},
        {"$set": {"status": status, "outcome": outcome, "run_id": run_id, "finished_at": datetime.now(UTC)}},
    )
    return result.matched_count == 1


def _request(document: Mapping[str, Any]) -> Request:
    return Request(
        document["_id"],
        document["kind"],
        document["status"],
        document["reason"],
        document["as_of"],
        document["created_at"],
        bool(document.get("force")),
    )
