"""Segment changes as an append-only feed, each with an identity of its own.

The customer's document holds its last change before the feed does, so that a crash between the
two can be repaired by publishing it again: the same identity says the same, and is kept once.
"""

from collections.abc import Sequence
from typing import Any

from pymongo.database import Database
from pymongo.errors import BulkWriteError

from shared.adapters.failpoints import failpoint
from shared.adapters.mongo.bulk import positions_taken
from shared.adapters.mongo.collections import TRANSITIONS
from shared.documents import Document


def publish(database: Database[Document], customers: Sequence[Document]) -> None:
    """Write the last transition of each of `customers` to the feed, unless it is there already.

    Raises
    ------
    BulkWriteError : any failure other than that.
    """
    if not customers:
        return
    rows = [_row(document) for document in customers]
    try:
        database[TRANSITIONS].insert_many(rows, ordered=False)
    except BulkWriteError as error:
        positions_taken(error)  # they say the same already
    failpoint("transitions_written")


def _row(customer: Document) -> dict[str, Any]:
    moved = customer["last_transition"]
    return {
        "_id": _identity(customer["_id"], moved),
        "customer_id": customer["_id"],
        "from_id": moved["from"],
        "from_name": moved["from_name"],
        "to_id": moved["to"],
        "to_name": moved["to_name"],
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
