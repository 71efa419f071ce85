"""Rows of a file -> Kafka records. docs/transaction.schema.json is the contract."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from shared.core.arrays import Bool, Int64
from shared.intake.times.parsing import NO_TIME
from streaming.replay.event_rows import EventRows
from streaming.replay.identity import Identities

_WHOLE = re.compile(r"([+-]?[0-9]{1,18})(?:\.0+)?", re.ASCII)
"""Spreadsheets write whole numbers as 6.0; other numbers stay decimal text."""

_encode = msgspec.json.Encoder().encode


class _Event(msgspec.Struct, omit_defaults=True, gc=False):
    """Field order is the order in the JSON text; an absent optional field is left out."""

    event_id: str
    event_time: str
    customer_id: str | None
    invoice_no: str
    stock_code: str | None = None
    quantity: int | str | None = None
    unit_price: str | None = None
    amount: str | None = None
    description: str | None = None
    currency: str | None = None
    country: str | None = None


@dataclass(frozen=True, eq=False)
class Batch:
    """Records ready to be sent, in order; all sequences have the same length.

    A row that has no cells is sent as its bytes, without a key and an id: the stream rejects and keeps it.

    rows, lines : numbers in the file, from 1. times_ms : since the epoch, or `NO_TIME`.
    """

    rows: Int64
    lines: Int64
    event_ids: Sequence[str | None]
    keys: Sequence[bytes | None]
    values: Sequence[bytes]
    times_ms: Int64

    def __len__(self) -> int:
        return len(self.values)

    def take(self, index: Int64) -> "Batch":
        """Return the records at `index`, in that order."""
        places = index.tolist()
        return Batch(
            self.rows[index],
            self.lines[index],
            [self.event_ids[i] for i in places],
            [self.keys[i] for i in places],
            [self.values[i] for i in places],
            self.times_ms[index],
        )

    @property
    def is_damaged(self) -> Bool:
        """Which records are rows that have no cells."""
        return np.array([event_id is None for event_id in self.event_ids], np.bool_)

    def without(self, rows: Collection[int]) -> "Batch":
        """Return the records of other rows."""
        if not rows:
            return self
        return self.take(np.flatnonzero(~np.isin(self.rows, list(rows))))

    def slice(self, start: int, stop: int) -> "Batch":
        """Return the records [start, stop)."""
        part = slice(start, stop)
        return Batch(
            self.rows[part],
            self.lines[part],
            self.event_ids[part],
            self.keys[part],
            self.values[part],
            self.times_ms[part],
        )


def encode(lines: EventRows, identities: Identities) -> Batch:
    """Write rows as records, the damaged ones in their places."""
    ids, invoices = identities.name(lines)
    n, texts = len(lines), lines.texts
    nothing = [None] * n
    customers = _or_none(texts.get("customer_id"), nothing)
    quantities = [_whole(text) for text in texts["quantity"]] if "quantity" in texts else nothing
    columns = (
        ids,
        lines.times,
        customers,
        invoices,
        _or_none(texts.get("stock_code"), nothing),
        quantities,
        texts.get("unit_price", nothing),
        texts.get("amount", nothing),
        *(_or_none(texts.get(name), nothing) for name in ("description", "currency", "country")),
    )
    values = [_encode(_Event(*cells)) for cells in zip(*columns, strict=True)]
    keys = [None if customer is None else customer.encode() for customer in customers]
    return _with_damaged(Batch(lines.rows, lines.lines, ids, keys, values, lines.times_ms), lines)


def _with_damaged(batch: Batch, lines: EventRows) -> Batch:
    damaged = lines.damaged
    if not damaged:
        return batch
    nothing = [None] * len(damaged)
    rows = np.concatenate([batch.rows, np.array([row.row for row in damaged], np.int64)])
    together = Batch(
        rows,
        np.concatenate([batch.lines, np.array([row.line for row in damaged], np.int64)]),
        [*batch.event_ids, *nothing],
        [*batch.keys, *nothing],
        [*batch.values, *(row.raw for row in damaged)],
        np.concatenate([batch.times_ms, np.full(len(damaged), NO_TIME, np.int64)]),
    )
    return together.take(np.argsort(rows, kind="stable"))


def _or_none(texts: Sequence[str] | None, nothing: Sequence[None]) -> Sequence[str | None]:
    return nothing if texts is None else [text or None for text in texts]


def _whole(text: str) -> int | str:
    found = _WHOLE.fullmatch(text)
    return int(found[1]) if found else text
