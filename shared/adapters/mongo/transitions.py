"""Segment changes as an append-only feed, each with an identity of its own.

The customer's document holds its last change before the feed does, so that a crash between the
two can be repaired by publishing it again: the same identity overwrites itself.
"""

from collections.abc import Sequence
from typing import Any

from pymongo import ReplaceOne
from pymongo.database import Database

from shared.adapters.failpoints import failpoint
from shared.adapters.mongo.client import Document
from shared.adapters.mongo.collections import TRANSITIONS
from shared.core.placement import LiveModel


def publish(database: Database[Document], customers: Sequence[Document], model: LiveModel | None) -> None:
    """Write the last transition of each of `customers` (full or partial documents) to the feed."""
    if not customers:
        return
    names = {s.segment_id: s.name for s in model.champion.segments} if model else {}
    rows = [_row(document, names) for document in customers]
    operations = [ReplaceOne({"_id": row["_id"]}, row, upsert=True) for row in rows]
    database[TRANSITIONS].bulk_write(operations, ordered=False)
    failpoint("transitions_written")


def _row(customer: Document, names: dict[int, str]) -> dict[str, Any]:
    moved = customer["last_transition"]
    return {
        "_id": _identity(customer["_id"], moved),
        "customer_id": customer["_id"],
        "from_id": moved["from"],
        "from_name": names.get(moved["from"]),
        "to_id": moved["to"],
        "to_name": names.get(moved["to"]),
        "cause": moved["cause"],
        "partition": moved["partition"],
        "offset": moved["offset"],
        "as_of": moved["as_of"],
        "model_version": customer["model_version"],
        "model_epoch": moved["model_epoch"],
        "monetary_minor": customer["monetary_minor"],
    }


def _identity(customer_id: str, moved: Document) -> str:
    if moved["offset"] is None:
        return f"{customer_id}:{moved['model_epoch']}:{int(moved['as_of'])}"
    return f"{customer_id}:{moved['fence_epoch']}:{moved['partition']}:{moved['offset']}"
