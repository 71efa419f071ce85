"""The customer table as columns, for steps that need everybody at once."""

from dataclasses import dataclass

import numpy as np
from pymongo.database import Database

from shared.adapters.mongo import customer_codec as codec
from shared.adapters.mongo import customer_store as store
from shared.core.arrays import Bool, Int64
from shared.core.customers.rfm import CustomerStates, concatenate_states
from shared.core.drift.day_flows import TickTable
from shared.documents import Document
from streaming.driver.standing import Target


@dataclass(frozen=True)
class CustomerColumns:
    """Every customer, in order of id.

    segments : id and name of each customer's segment. at_tick : state as of the last tick.
    reference_labels : (n,) nearest champion center as stored, -1 for nobody.
    is_at_target : (n,) who need not be rewritten.
    """

    ids: list[str]
    revs: list[int]
    states: CustomerStates
    segments: list[tuple[int | None, str | None]]
    at_tick: TickTable
    reference_labels: Int64
    is_at_target: Bool


def read_table(database: Database[Document], target: Target) -> CustomerColumns:
    """Read numbers, not documents: a million customers are a few hundred megabytes then."""
    ids: list[str] = []
    revs: list[int] = []
    segments: list[tuple[int | None, str | None]] = []
    labels: list[int] = []
    there: list[bool] = []
    states: list[CustomerStates] = []
    ticks: list[TickTable] = []
    for documents in store.scan(store.customers_of(database)):
        ids += [document["_id"] for document in documents]
        revs += [document["rev"] for document in documents]
        segments += [(document["segment_id"], document["segment_name"]) for document in documents]
        labels += [
            -1 if document["reference_label"] is None else document["reference_label"]
            for document in documents
        ]
        there += [_is_at(document, target) for document in documents]
        states.append(
            codec.states_of([{**d, "recent_events": b"", "recent_invoices": b""} for d in documents])
        )
        ticks.append(codec.ticks_of(documents))
    return CustomerColumns(
        ids,
        revs,
        concatenate_states(states),
        segments,
        _joined(ticks),
        np.array(labels, np.int64),
        np.array(there, np.bool_),
    )


def _joined(parts: list[TickTable]) -> TickTable:
    if not parts:
        nobody = np.zeros(0, np.int64)
        return TickTable(nobody, nobody, nobody, np.zeros(0, np.bool_))
    names = TickTable.__dataclass_fields__
    return TickTable(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _is_at(document: Document, target: Target) -> bool:
    as_of = document["as_of"]
    return document["model_epoch"] == target.epoch and as_of is not None and int(as_of) == target.as_of_ms
