"""What customers did, by the day it happened on and the day it was known: rows of sums.

A row is the smallest part of a customer's past that anything measured may ask for, so lines of
one day that became known on one day share a row, whatever the micro-batches they came in.
"""

from dataclasses import dataclass, fields

import numpy as np

from shared.core.arrays import Bool, Int32, Int64, ReadOnlyArrays
from shared.core.customers.transactions import ENDLESS_MS, NEVER_DAY, NEVER_MS


@dataclass(frozen=True)
class HistoryLines:
    """n applied invoice lines, in any order.

    customer : index of the customer, (n,) int64. day : local day of the event, and known : day from which
    measurements see it, never before `day`; both (n,) int32, days since 1970-01-01.
    event_ms : epoch milliseconds UTC. amount_minor : what the line comes to, in 1/10,000 units.
    is_purchase : False for a return line. opens_invoice : first purchase line of its invoice.
    """

    customer: Int64
    day: Int32
    known: Int32
    event_ms: Int64
    amount_minor: Int64
    is_purchase: Bool
    opens_invoice: Bool


@dataclass(frozen=True)
class HistoryRows(ReadOnlyArrays):
    """r rows; `day` and `known` as in `HistoryLines`.

    orders : invoices opened, lines : of any kind, (r,) int32. first_ms, last_ms : of the purchase lines,
    epoch milliseconds UTC, `ENDLESS_MS` and `NEVER_MS` in a row of returns only. gross_minor : what
    purchase lines come to; returned_minor : what the others take from it, in 1/10,000 units, (r,) int64.
    """

    day: Int32
    known: Int32
    orders: Int32
    lines: Int32
    first_ms: Int64
    last_ms: Int64
    gross_minor: Int64
    returned_minor: Int64

    def __len__(self) -> int:
        return self.day.size

    def take(self, index: Int64 | Bool) -> "HistoryRows":
        """Return the rows at `index`, a mask or positions, in that order."""
        return HistoryRows(*(getattr(self, field.name)[index] for field in fields(self)))


_SUMS: dict[str, tuple[int, np.ufunc]] = {
    "day": (NEVER_DAY, np.maximum),
    "known": (NEVER_DAY, np.maximum),
    "orders": (0, np.add),
    "lines": (0, np.add),
    "first_ms": (ENDLESS_MS, np.minimum),
    "last_ms": (NEVER_MS, np.maximum),
    "gross_minor": (0, np.add),
    "returned_minor": (0, np.add),
}
"""How the columns of equal rows become one, and what stands for no row at all."""

NO_ROWS = HistoryRows(*(np.zeros(0, np.int32),) * 4, *(np.zeros(0, np.int64),) * 4)


def rows_of(lines: HistoryLines) -> HistoryRows:
    """Turn each line into a row of its own, in the order of the lines."""
    buys, amount = lines.is_purchase, lines.amount_minor
    return HistoryRows(
        day=lines.day.astype(np.int32),
        known=lines.known.astype(np.int32),
        orders=lines.opens_invoice.astype(np.int32),
        lines=np.ones(lines.customer.size, np.int32),
        first_ms=np.where(buys, lines.event_ms, ENDLESS_MS),
        last_ms=np.where(buys, lines.event_ms, NEVER_MS),
        gross_minor=np.where(buys, amount, 0),
        returned_minor=np.where(buys, 0, -amount),
    )


def merge_equal(owner: Int64, rows: HistoryRows) -> tuple[Int64, HistoryRows]:
    """Add up the rows of equal owner, day and known; sorted by owner, then day, then known.

    owner : (r,) index of the customer. The result does not depend on the order of the rows.
    """
    order = np.lexsort((rows.known, rows.day, owner))
    owner, rows = owner[order], rows.take(order)
    is_new = np.ones(owner.size, np.bool_)
    is_new[1:] = (np.diff(owner) != 0) | (np.diff(rows.day) != 0) | (np.diff(rows.known) != 0)
    starts = np.flatnonzero(is_new)
    if starts.size == owner.size:
        return owner, rows
    columns = {
        name: add.reduceat(getattr(rows, name), starts, dtype=getattr(rows, name).dtype)
        for name, (_, add) in _SUMS.items()
    }
    return owner[starts], HistoryRows(**columns)


def join_rows(
    rows: HistoryRows, places: Int64, other: HistoryRows, other_places: Int64, n: int
) -> HistoryRows:
    """Put two tables into one of `n` rows; where both have a row, it is their sum.

    places, other_places : where each row goes, no two of one table to the same.
    """
    columns = {}
    for name, (nothing, add) in _SUMS.items():
        column = np.full(n, nothing, getattr(rows, name).dtype)
        column[places] = getattr(rows, name)
        column[other_places] = add(column[other_places], getattr(other, name))
        columns[name] = column
    return HistoryRows(**columns)
