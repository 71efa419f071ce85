"""The collections: their names, shapes and indexes, and how a database is brought to them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pymongo.database import Database
from pymongo.errors import OperationFailure

from shared.adapters.mongo import schemas
from shared.adapters.mongo.rules import Rule
from shared.documents import Document

CUSTOMERS = "customers"
LIVE_MODEL = "live_model"
MODELS = "models"
POINTER = "pointer"
SEGMENTS = "segments"
SEGMENT_STATS = "segment_stats"
DRIFT_METRICS = "drift_metrics"
SEGMENT_EVENTS = "segment_events"
FLOWS = "flows"
TRANSITIONS = "transitions"
REJECTED = "rejected"
REQUESTS = "requests"
RUNS = "runs"
ALERTS = "alerts"
DELIVERIES = "deliveries"
LEASES = "leases"
SEGMENT_NAMES = "segment_names"

_NAMESPACE_EXISTS = 48  # somebody else created the collection meanwhile


@dataclass(frozen=True)
class DocumentShape:
    """Shape of the documents of a collection, and the keys it is looked up by, all ascending."""

    schema: Rule
    indexes: tuple[tuple[str, ...], ...] = ()


LAYOUTS: Mapping[str, DocumentShape] = MappingProxyType(
    {
        CUSTOMERS: DocumentShape(schemas.CUSTOMERS, (("segment_id",), ("model_epoch", "as_of"), ("status",))),
        LIVE_MODEL: DocumentShape(schemas.LIVE_MODEL),
        MODELS: DocumentShape(schemas.MODELS),
        POINTER: DocumentShape(schemas.POINTER),
        SEGMENTS: DocumentShape(schemas.SEGMENTS, (("model_epoch", "segment_id"),)),
        SEGMENT_STATS: DocumentShape(
            schemas.SEGMENT_STATS, (("model_epoch", "as_of"), ("segment_id", "as_of"))
        ),
        DRIFT_METRICS: DocumentShape(schemas.DRIFT_METRICS, (("model_epoch", "as_of"), ("metric", "as_of"))),
        SEGMENT_EVENTS: DocumentShape(schemas.SEGMENT_EVENTS, (("model_epoch", "as_of"), ("kind", "as_of"))),
        FLOWS: DocumentShape(schemas.FLOWS, (("kind", "stream_id", "day"),)),
        TRANSITIONS: DocumentShape(schemas.TRANSITIONS, (("customer_id", "as_of"), ("model_epoch", "as_of"))),
        REJECTED: DocumentShape(schemas.REJECTED, (("code", "kafka_time"),)),
        REQUESTS: DocumentShape(schemas.REQUESTS, (("status", "created_at"),)),
        RUNS: DocumentShape(schemas.RUNS, (("started_at",),)),
        ALERTS: DocumentShape(schemas.ALERTS, (("status", "last_as_of"),)),
        DELIVERIES: DocumentShape(schemas.DELIVERIES, (("channel",),)),
        LEASES: DocumentShape(schemas.LEASES),
        SEGMENT_NAMES: DocumentShape(schemas.SEGMENT_NAMES),
    }
)


def ensure(database: Database[Document], *, dry_run: bool = False) -> list[str]:
    """Create what is missing and correct what differs; doing it twice changes nothing.

    Returns what was changed, or with `dry_run` what would be, one line each.
    """
    existing = {found["name"]: found.get("options", {}) for found in database.list_collections()}
    changes = []
    for name, layout in LAYOUTS.items():
        changes += _ensure_validator(database, name, layout, existing.get(name), dry_run=dry_run)
        changes += _ensure_indexes(database, name, layout, dry_run=dry_run)
    return changes


def _ensure_validator(
    database: Database[Document],
    name: str,
    layout: DocumentShape,
    options: Mapping[str, Any] | None,
    *,
    dry_run: bool,
) -> list[str]:
    wanted = {
        "validator": {"$jsonSchema": layout.schema},
        "validationLevel": "strict",
        "validationAction": "error",
    }
    if options is not None and wanted.items() <= options.items():
        return []
    if not dry_run:
        _set_validator(database, name, wanted, is_new=options is None)
    return [f"collection {name}" if options is None else f"validator of {name}"]


def _set_validator(
    database: Database[Document], name: str, wanted: Mapping[str, Any], *, is_new: bool
) -> None:
    if is_new:
        try:
            database.create_collection(name, check_exists=False, **wanted)
        except OperationFailure as error:
            if error.code != _NAMESPACE_EXISTS:
                raise
        else:
            return
    database.command("collMod", name, **wanted)


def _ensure_indexes(
    database: Database[Document], name: str, layout: DocumentShape, *, dry_run: bool
) -> Iterator[str]:
    present = set(database[name].index_information())
    for keys in layout.indexes:
        index = "_".join(f"{key}_1" for key in keys)
        if index not in present:
            if not dry_run:
                database[name].create_index([(key, 1) for key in keys])
            yield f"index {name}.{index}"
