"""Requests for a re-clustering: what the stream asks for and the batch job serves, once each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from pymongo import ASCENDING, ReturnDocument
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from shared.adapters.mongo.client import Document
from shared.adapters.mongo.collections import REQUESTS
from shared.adapters.mongo.leases import Lease

Kind = Literal["bootstrap", "refit", "schedule", "drift", "operator"]

_OLDEST_FIRST = [("created_at", ASCENDING), ("_id", ASCENDING)]


@dataclass(frozen=True)
class Request:
    """One wish for a re-clustering. as_of : the tick at which it was filed, if there was one."""

    id: str
    kind: Kind
    status: str
    reason: str
    as_of: datetime | None
    created_at: datetime


def request_id(kind: Kind, key: str) -> str:
    """Identity of a request: the same wish filed twice is the same request."""
    return f"{kind}:{key}"


def file_request(
    database: Database[Document], kind: Kind, key: str, as_of: datetime | None, reason: str
) -> bool:
    """File a request; False if the same one was filed before, whatever became of it."""
    document = {
        "_id": request_id(kind, key),
        "kind": kind,
        "status": "open",
        "reason": reason,
        "as_of": as_of,
        "created_at": datetime.now(UTC),
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


def open_requests(database: Database[Document]) -> list[Request]:
    """Return the requests that wait or are being served, oldest first."""
    waiting = {"status": {"$in": ["open", "serving"]}}
    return [_request(document) for document in database[REQUESTS].find(waiting).sort(_OLDEST_FIRST)]


def is_open(database: Database[Document], identity: str) -> bool:
    """Tell whether a request still waits or is being served."""
    waiting = {"_id": identity, "status": {"$in": ["open", "serving"]}}
    return database[REQUESTS].find_one(waiting, {"_id": 1}) is not None


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
    run_id: str,
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
    )
