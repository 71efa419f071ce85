"""Customers between documents and columns; ARCHITECTURE.md lists the keys.

Knows the shape of a document; refuses to know when one is read or written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from bson.datetime_ms import DatetimeMS
from numpy.typing import NDArray

from shared.core.arrays import Bool, Float64, Int64
from shared.core.customers.features import MINOR_PER_UNIT, recency_days
from shared.core.customers.history import History, no_history
from shared.core.customers.history_codec import decode_histories, encode_histories
from shared.core.customers.recent import pack, unpack
from shared.core.customers.rfm import CustomerStates
from shared.core.customers.transactions import ENDLESS_MS, NEVER_MS
from shared.core.drift.day_flows import TickTable
from shared.core.model.placement import CLUSTERED, NOBODY, STATUS_NAMES, LiveModel, Placements

Document = Mapping[str, Any]

_EMPTY: dict[str, Any] = {
    "frequency": 0,
    "monetary_minor": 0,
    "first_purchase_at": None,
    "last_purchase_at": None,
    "newest_event_at": None,
    "late_floor": None,
    "applied": 0,
    "duplicate": 0,
    "late": 0,
    "recent_events": b"",
    "recent_invoices": b"",
    "history": encode_histories(no_history(1))[0],
    "at_tick": None,
    "status": "unassigned",
    "vector": None,
    "label": None,
    "segment_id": None,
    "segment_name": None,
    "distance": None,
    "margin": None,
    "som_row": None,
    "som_col": None,
    "som_adjacent": None,
    "som_distance": None,
    "reference_label": None,
    "reference_distance": None,
    "last_transition": None,
    "model_version": None,
    "model_epoch": None,
    "as_of": None,
    "fence": [],
    "fence_epoch": 0,
    "rev": 0,
    "deleted": True,
}
"""What a customer without a document is taken for; its keys are also what is read."""

PROJECTION = {"_id": 1} | dict.fromkeys(_EMPTY, 1)


def newcomer(customer_id: str) -> dict[str, Any]:
    """Return what stands for the document of a customer who has none."""
    return {"_id": customer_id, **_EMPTY}


@dataclass(frozen=True)
class Bookkeeping:
    """The parts of m documents that are neither state nor placement.

    at_tick, last_transition : stored objects or None. segment_ids : (m,) or `NOBODY`.
    fences : partition -> offset. is_counted : whether the customer is in the statistics.
    """

    at_tick: list[dict[str, Any] | None]
    last_transition: list[dict[str, Any] | None]
    segment_ids: Int64
    fences: list[dict[int, int]]
    fence_epoch: Int64
    rev: Int64
    is_counted: Bool


def states_of(documents: Sequence[Document]) -> CustomerStates:
    """Read the RFM state of m documents."""
    return CustomerStates(
        frequency=_whole(documents, "frequency"),
        monetary_minor=_whole(documents, "monetary_minor"),
        first_purchase_ms=_times(documents, "first_purchase_at", ENDLESS_MS),
        last_purchase_ms=_times(documents, "last_purchase_at", NEVER_MS),
        newest_event_ms=_times(documents, "newest_event_at", NEVER_MS),
        late_floor_ms=_times(documents, "late_floor", NEVER_MS),
        applied=_whole(documents, "applied"),
        duplicate=_whole(documents, "duplicate"),
        late=_whole(documents, "late"),
        recent_events=unpack([document["recent_events"] for document in documents]),
        recent_invoices=unpack([document["recent_invoices"] for document in documents]),
    )


def histories_of(documents: Sequence[Document]) -> History:
    """Read the histories of m documents.

    Raises
    ------
    SchemaMismatch : one is damaged, or was written by another version.
    """
    return decode_histories(
        [document["history"] for document in documents], [document["_id"] for document in documents]
    )


def placements_of(documents: Sequence[Document], d: int, som_cols: int) -> Placements:
    """Read where m customers stand; d features, a map of `som_cols` columns (0, 0 without a model)."""
    nothing = bytes(8 * d)
    blob = b"".join(document["vector"] or nothing for document in documents)
    rows, columns = (_whole(documents, name, NOBODY) for name in ("som_row", "som_col"))
    labels = _whole(documents, "label", NOBODY).astype(np.int32)
    return Placements(
        status=np.array([STATUS_NAMES.index(document["status"]) for document in documents], np.int8),
        vectors=np.frombuffer(blob, "<i8").reshape(len(documents), d).astype(np.int64),
        labels=labels,
        distances=_floats(documents, "distance"),
        runner_up=np.full_like(labels, NOBODY),
        margins=_floats(documents, "margin"),
        units=np.where(rows >= 0, rows * som_cols + columns, NOBODY).astype(np.int32),
        is_unit_adjacent=np.array([bool(document["som_adjacent"]) for document in documents], np.bool_),
        unit_distances=_floats(documents, "som_distance"),
        reference_labels=_whole(documents, "reference_label", NOBODY).astype(np.int32),
        reference_distances=_floats(documents, "reference_distance"),
    )


def bookkeeping_of(documents: Sequence[Document]) -> Bookkeeping:
    """Read the rest of m documents."""
    return Bookkeeping(
        at_tick=[document["at_tick"] for document in documents],
        last_transition=[document["last_transition"] for document in documents],
        segment_ids=_whole(documents, "segment_id", NOBODY),
        fences=[
            {entry["partition"]: entry["offset"] for entry in document["fence"]} for document in documents
        ],
        fence_epoch=_whole(documents, "fence_epoch"),
        rev=_whole(documents, "rev"),
        is_counted=np.array([not document["deleted"] for document in documents], np.bool_),
    )


def state_keys(states: CustomerStates) -> list[dict[str, Any]]:
    """Return the keys of a document that hold RFM state, for each customer."""
    n = len(states)
    columns: dict[str, list[Any]] = {
        "frequency": states.frequency.tolist(),
        "monetary_minor": states.monetary_minor.tolist(),
        "monetary": (states.monetary_minor / MINOR_PER_UNIT).tolist(),
        "first_purchase_at": _dates(states.first_purchase_ms),
        "last_purchase_at": _dates(states.last_purchase_ms),
        "newest_event_at": _dates(states.newest_event_ms),
        "late_floor": _dates(states.late_floor_ms),
        "applied": states.applied.tolist(),
        "duplicate": states.duplicate.tolist(),
        "late": states.late.tolist(),
        "recent_events": pack(states.recent_events, n),
        "recent_invoices": pack(states.recent_invoices, n),
    }
    return _rows(columns)


def placement_keys(
    states: CustomerStates, placed: Placements, model: LiveModel | None
) -> list[dict[str, Any]]:
    """Return the keys of a document that say where a customer stands, for each customer."""
    inside = placed.status == CLUSTERED
    ids, names = _segment_lookup(model)
    cols = model.champion.som.cols if model else 1
    as_of_ms = model.as_of_ms if model else NEVER_MS
    has_purchase = states.last_purchase_ms > NEVER_MS
    columns: dict[str, list[Any]] = {
        "status": [STATUS_NAMES[status] for status in placed.status.tolist()],
        "vector": [
            row if is_in else None for row, is_in in zip(_row_bytes(placed.vectors), inside, strict=True)
        ],
        "label": _or_none(placed.labels, inside),
        "segment_id": [ids[label] for label in placed.labels.tolist()],
        "segment_name": [names[label] for label in placed.labels.tolist()],
        "distance": _or_none(placed.distances, inside),
        "runner_up_id": [ids[label] for label in placed.runner_up.tolist()],
        "margin": _or_none(placed.margins, inside & np.isfinite(placed.margins)),
        "som_row": _or_none(placed.units // cols, inside),
        "som_col": _or_none(placed.units % cols, inside),
        "som_adjacent": _or_none(placed.is_unit_adjacent, inside),
        "som_distance": _or_none(placed.unit_distances, inside),
        "reference_label": _or_none(placed.reference_labels, inside),
        "reference_distance": _or_none(placed.reference_distances, inside),
        "recency_days": _or_none(
            recency_days(states.last_purchase_ms, as_of_ms), has_purchase & (model is not None)
        ),
    }
    return _rows(columns)


def model_keys(model: LiveModel | None, version: int | None, epoch: int | None) -> dict[str, Any]:
    """Return the keys that say what a placement was made under; the same for every customer."""
    as_of = DatetimeMS(model.as_of_ms) if model else None
    return {"model_version": version, "model_epoch": epoch, "as_of": as_of}


def tick_keys(states: CustomerStates) -> list[dict[str, Any]]:
    """Return the `at_tick` object of each customer."""
    return _rows(
        {
            "frequency": states.frequency.tolist(),
            "monetary_minor": states.monetary_minor.tolist(),
            "last_purchase_at": _dates(states.last_purchase_ms),
        }
    )


def ticks_of(documents: Sequence[Document]) -> TickTable:
    """Read what m customers were as of the last tick."""
    empty = {"frequency": 0, "monetary_minor": 0, "last_purchase_at": None}
    rows = [document["at_tick"] or empty for document in documents]
    return TickTable(
        _whole(rows, "frequency"),
        _whole(rows, "monetary_minor"),
        _times(rows, "last_purchase_at", NEVER_MS),
        np.array([document["at_tick"] is not None for document in documents], np.bool_),
    )


def _segment_lookup(model: LiveModel | None) -> tuple[list[int | None], list[str | None]]:
    """Identity and name by label; label -1, nobody's, reads the None at the end."""
    segments = model.champion.segments if model else ()
    return [*(segment.segment_id for segment in segments), None], [
        *(segment.name for segment in segments),
        None,
    ]


def _rows(columns: Mapping[str, list[Any]]) -> list[dict[str, Any]]:
    names = tuple(columns)
    return [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _whole(documents: Sequence[Document], name: str, missing: int = 0) -> Int64:
    values = (document[name] for document in documents)
    return np.fromiter((missing if v is None else v for v in values), np.int64, len(documents))


def _floats(documents: Sequence[Document], name: str) -> Float64:
    values = (document[name] for document in documents)
    return np.fromiter((np.nan if v is None else v for v in values), np.float64, len(documents))


def _times(documents: Sequence[Document], name: str, missing: int) -> Int64:
    values = (document[name] for document in documents)
    return np.fromiter((missing if v is None else int(v) for v in values), np.int64, len(documents))


def _dates(ms: Int64) -> list[DatetimeMS | None]:
    known = (ms > NEVER_MS) & (ms < ENDLESS_MS)
    return [DatetimeMS(v) if k else None for v, k in zip(ms.tolist(), known.tolist(), strict=True)]


def _or_none(values: NDArray[Any], known: Bool) -> list[Any]:
    return [v if k else None for v, k in zip(values.tolist(), known.tolist(), strict=True)]


def _row_bytes(vectors: Int64) -> list[bytes]:
    width = 8 * vectors.shape[1]
    blob = vectors.astype("<i8").tobytes()
    return [blob[i * width : (i + 1) * width] for i in range(len(vectors))]
