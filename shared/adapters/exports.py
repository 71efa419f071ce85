"""What leaves MongoDB as a file: the rows and columns of each export (docs/commands.md lists them)."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Literal, TypeAlias

from pymongo.database import Database

from shared.adapters.mongo.collections import CUSTOMERS, DRIFT_METRICS, SEGMENT_EVENTS, TRANSITIONS
from shared.adapters.readers import segments
from shared.adapters.tables import Field, FileFormat, Kind, write_table
from shared.documents import Document

What: TypeAlias = Literal["customers", "segments", "drift", "events", "transitions"]

_SIDES = (("from", "old"), ("to", "new"))

REPORT_EVERY = 1_000
"""Rows between two reports of progress."""


def _as(kind: Kind, names: str) -> tuple[Field, ...]:
    return tuple(Field(name, kind) for name in names.split())


_MODEL = (*_as("whole", "model_version model_epoch"), Field("as_of", "moment"))

CUSTOMER_FIELDS = (
    *_as("text", "customer_id status"),
    *_as("whole", "frequency monetary_minor"),
    Field("monetary", "number"),
    *_as("moment", "first_purchase_at last_purchase_at"),
    Field("recency_days", "number"),
    Field("segment_id", "whole"),
    Field("segment_name", "text"),
    Field("distance", "number"),
    Field("runner_up_id", "whole"),
    Field("margin", "number"),
    *_as("whole", "som_row som_col"),
    Field("som_distance", "number"),
    *_as("whole", "applied duplicate late"),
    *_MODEL,
)
SEGMENT_FIELDS = (
    Field("segment_id", "whole"),
    *_as("text", "name action"),
    Field("customers", "whole"),
    Field("share", "number"),
    Field("revenue_minor", "whole"),
    *_as("number", "revenue revenue_share mean_recency_days mean_frequency mean_monetary"),
    *_MODEL,
)
DRIFT_FIELDS = (
    Field("as_of", "moment"),
    Field("metric", "text"),
    Field("segment_id", "whole"),
    Field("segment_name", "text"),
    *_as("number", "value warn critical"),
    Field("status", "text"),
    *_as("number", "low high"),
    *_as("text", "kind state"),
    *_as("number", "observed expected"),
    *_as("whole", "model_version model_epoch"),
)
EVENT_FIELDS = (
    Field("as_of", "moment"),
    *_as("text", "kind event from_ids to_ids"),
    Field("share", "number"),
    *_as("whole", "customers model_version model_epoch"),
)
TRANSITION_FIELDS = (
    Field("as_of", "moment"),
    Field("customer_id", "text"),
    Field("from_id", "whole"),
    Field("from_name", "text"),
    Field("to_id", "whole"),
    *_as("text", "to_name cause"),
    *_as("whole", "partition offset monetary_minor model_version model_epoch"),
)


def count(database: Database[Document], what: What) -> int | None:
    """Estimate how many rows an export will have, for a progress bar; None where it is not worth asking."""
    collections = {"customers": CUSTOMERS, "drift": DRIFT_METRICS, "transitions": TRANSITIONS}
    return database[collections[what]].estimated_document_count() if what in collections else None


def export(
    database: Database[Document],
    what: What,
    path: Path,
    file_format: FileFormat,
    *,
    stream_id: str,
    advance: Callable[[int], None] = lambda _: None,
) -> int:
    """Write one export; gives the number of rows.

    Parameters
    ----------
    what : `customers` (the deleted left out), `segments` (of the model in force), `drift`, `events` and
        `transitions` (everything kept).
    advance : told of rows done, every `REPORT_EVERY` and at the end.

    Raises
    ------
    ModelNotFound : `segments` are asked for and the stream has no model yet.
    OSError : the file cannot be written.
    """
    fields, rows = _source(database, what, stream_id)
    return write_table(path, file_format, fields, _reported(rows, advance))


def _source(
    database: Database[Document], what: What, stream_id: str
) -> tuple[tuple[Field, ...], Iterable[Document]]:
    if what == "segments":
        return _segments(database, stream_id)
    if what == "customers":
        return CUSTOMER_FIELDS, _customers(database)
    if what == "drift":
        return DRIFT_FIELDS, _ordered(
            database, DRIFT_METRICS, DRIFT_FIELDS, "model_epoch as_of metric segment_id"
        )
    if what == "events":
        return EVENT_FIELDS, _events(database)
    return TRANSITION_FIELDS, _ordered(database, TRANSITIONS, TRANSITION_FIELDS, "customer_id as_of _id")


def _customers(database: Database[Document]) -> Iterator[Document]:
    wanted = {field.name: 1 for field in CUSTOMER_FIELDS if field.name != "customer_id"}
    for document in database[CUSTOMERS].find({"deleted": False}, wanted).sort("_id"):
        yield {"customer_id": document["_id"], **document}


def _events(database: Database[Document]) -> Iterator[Document]:
    """Give a row for each event; several segments on one side are joined by a plus."""
    order = [("model_epoch", 1), ("as_of", 1), ("kind", 1)]
    for row in database[SEGMENT_EVENTS].find({"events": {"$ne": []}}).sort(order).allow_disk_use(True):
        for event in row["events"]:
            sides = {f"{to}_ids": "+".join(map(str, event[side])) for to, side in _SIDES}
            yield row | event | sides | {"kind": row["kind"], "event": event["kind"]}


def _segments(database: Database[Document], stream_id: str) -> tuple[tuple[Field, ...], list[Document]]:
    rows = segments(database, stream_id)
    centers = dict.fromkeys(name for row in rows for name in row if name.startswith("center_"))
    return (*SEGMENT_FIELDS, *(Field(name, "number") for name in centers)), rows


def _ordered(
    database: Database[Document], collection: str, fields: tuple[Field, ...], order: str
) -> Iterable[Document]:
    wanted = {field.name: 1 for field in fields}
    keys = [(name, 1) for name in order.split()]
    return database[collection].find({}, wanted).sort(keys).allow_disk_use(True)


def _reported(rows: Iterable[Document], advance: Callable[[int], None]) -> Iterator[Document]:
    pending = 0
    for row in rows:
        yield row
        pending += 1
        if pending == REPORT_EVERY:
            advance(pending)
            pending = 0
    advance(pending)
