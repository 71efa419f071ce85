"""Reading and writing customers in bulk, behind the fence of their revision.

A document is replaced only where it still has the revision it was read at; a customer that
somebody else wrote in between is reported, to be read and merged again. Nothing else is an
acceptable failure: any other error raises, and the micro-batch is repeated.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bson.codec_options import CodecOptions, DatetimeConversion
from pymongo import ReplaceOne, UpdateOne
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import BulkWriteError, ConnectionFailure

from shared.adapters.mongo.bulk import positions_taken
from shared.adapters.mongo.collections import CUSTOMERS
from shared.adapters.mongo.customer_codec import PROJECTION
from shared.core.model.artifact import Segment
from shared.documents import Document

_BY_ID = "_id_"
"""Spares the server the choice among indexes, for each document."""
_FIND_CHUNK = 20_000
_WRITE_CHUNK = 10_000
_WITHOUT_HISTORY = {name: 1 for name in PROJECTION if name != "history"}

_OPTIONS: CodecOptions[Document] = CodecOptions(
    tz_aware=True, datetime_conversion=DatetimeConversion.DATETIME_MS
)


def customers_of(database: Database[Document]) -> Collection[Document]:
    """Return the collection, with times read as epoch milliseconds."""
    return database.get_collection(CUSTOMERS, codec_options=_OPTIONS)


def find(customers: Collection[Document], ids: Sequence[str]) -> dict[str, Document]:
    """Read the documents of `ids` that exist, by id."""
    found: dict[str, Document] = {}
    for start in range(0, len(ids), _FIND_CHUNK):
        wanted = {"_id": {"$in": list(ids[start : start + _FIND_CHUNK])}}
        found.update(
            (document["_id"], document)
            for document in customers.find(wanted, PROJECTION, batch_size=_FIND_CHUNK)
        )
    return found


def scan(
    customers: Collection[Document], filter_: Mapping[str, Any] | None = None
) -> Iterator[list[Document]]:
    """Read every customer that was not deleted, in order of id, a list at a time; without histories."""
    wanted = {"deleted": False, **(filter_ or {})}
    chunk: list[Document] = []
    for document in customers.find(wanted, _WITHOUT_HISTORY, sort=[("_id", 1)], batch_size=_WRITE_CHUNK):
        chunk.append(document)
        if len(chunk) == _WRITE_CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def replace(
    customers: Collection[Document], documents: Sequence[Document], read_revs: Sequence[int]
) -> set[int]:
    """Replace or create documents; returns the positions that are not known to be written.

    Those lost the race for their revision, or the connection broke before the answer: read them again,
    and their revision and fence tell what became of them.

    Raises
    ------
    BulkWriteError : any failure other than a lost race.
    """
    operations = [
        ReplaceOne({"_id": document["_id"], "rev": rev}, document, upsert=True, hint=_BY_ID)
        for document, rev in zip(documents, read_revs, strict=True)
    ]
    return _write(customers, operations)


def set_keys(
    customers: Collection[Document], ids: Sequence[str], read_revs: Sequence[int], keys: Sequence[Document]
) -> int:
    """Set `keys` on documents that still have their revision; returns how many were written."""
    written = 0
    for start in range(0, len(ids), _WRITE_CHUNK):
        part = slice(start, start + _WRITE_CHUNK)
        operations = [
            UpdateOne({"_id": customer_id, "rev": rev}, {"$set": values})
            for customer_id, rev, values in zip(ids[part], read_revs[part], keys[part], strict=True)
        ]
        written += customers.bulk_write(operations, ordered=False).matched_count
    return written


def _write(customers: Collection[Document], operations: Sequence[ReplaceOne[Document]]) -> set[int]:
    lost: set[int] = set()
    for start in range(0, len(operations), _WRITE_CHUNK):
        part = operations[start : start + _WRITE_CHUNK]
        try:
            customers.bulk_write(part, ordered=False)
        except BulkWriteError as error:
            lost.update(start + position for position in positions_taken(error))
        except ConnectionFailure:
            lost.update(range(start, start + len(part)))
    return lost


def rename_segments(customers: Collection[Document], segments: Sequence[Segment]) -> int:
    """Bring the names that customers carry to those of their segments; returns how many had another."""
    changed = 0
    for segment in segments:
        another = {"segment_id": segment.segment_id, "segment_name": {"$ne": segment.name}}
        named = {"$set": {"segment_name": segment.name}, "$inc": {"rev": 1}}
        changed += customers.update_many(another, named).modified_count
    return changed
