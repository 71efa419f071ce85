"""Histories as a plain loop over lines: every question is answered from all lines there ever were."""

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from shared.core.customers.history import History
from shared.core.customers.history_rows import HistoryLines
from shared.recount.past import Past

DAY_MS = 86_400_000


class PastLine(NamedTuple):
    """One applied line, and the day from which it is seen."""

    customer: int
    day: int
    known: int
    ms: int
    amount: int
    is_purchase: bool
    opens_invoice: bool


def columns_of(lines: list[PastLine]) -> HistoryLines:
    def column(name: str, dtype: type) -> Any:
        return np.array([getattr(line, name) for line in lines], dtype=dtype)

    return HistoryLines(
        column("customer", np.int64),
        column("day", np.int32),
        column("known", np.int32),
        column("ms", np.int64),
        column("amount", np.int64),
        column("is_purchase", np.bool_),
        column("opens_invoice", np.bool_),
    )


def summed(lines: list[PastLine]) -> tuple[Any, ...]:
    """Return orders, lines, first and last purchase (None without one), gross, returned."""
    bought = [line.ms for line in lines if line.is_purchase]
    return (
        sum(line.opens_invoice for line in lines),
        len(lines),
        min(bought, default=None),
        max(bought, default=None),
        sum(line.amount for line in lines if line.is_purchase),
        sum(-line.amount for line in lines if not line.is_purchase),
    )


def plain_rows(lines: list[PastLine], customer: int) -> list[tuple[Any, ...]]:
    own = [line for line in lines if line.customer == customer]
    keys = sorted({(line.day, line.known) for line in own})
    return [(*key, *summed([line for line in own if (line.day, line.known) == key])) for key in keys]


def plain_rfm(lines: list[PastLine], customer: int, day: int) -> tuple[Any, ...] | None:
    """Return frequency, monetary, first, last as of a day; None for nobody known."""
    seen = [line for line in lines if line.customer == customer and line.known <= day]
    orders, _, first, last, gross, returned = summed(seen)
    return (orders, gross - returned, first, last) if seen else None


def plain_window(lines: list[PastLine], customer: int, day: int, n_days: int) -> tuple[int, ...]:
    """Return orders, lines, gross, returned, active days."""
    inside = [
        line for line in lines if line.customer == customer and day - n_days < line.day and line.known <= day
    ]
    orders, n_lines, _, _, gross, returned = summed(inside)
    return orders, n_lines, gross, returned, len({line.day for line in inside if line.is_purchase})


def rows_as_lists(history: History) -> list[list[tuple[Any, ...]]]:
    """Return each customer's rows, None for a time that is none."""
    rows = history.rows
    names = ("day", "known", "orders", "lines", "first_ms", "last_ms", "gross_minor", "returned_minor")
    table = list(zip(*(getattr(rows, name).tolist() for name in names), strict=True))
    table = [(*row[:4], *_times(row[4], row[5]), *row[6:]) for row in table]
    bounds = history.starts.tolist()
    return [table[a:b] for a, b in pairwise(bounds)]


def totals_as_lists(history: History) -> list[tuple[Any, ...]]:
    folded = history.folded
    names = ("through", "orders", "gross_minor", "returned_minor", "first_ms", "last_ms")
    return [
        (*row[:4], *_times(row[4], row[5]))
        for row in zip(*(getattr(folded, name).tolist() for name in names), strict=True)
    ]


def _times(first: int, last: int) -> tuple[int | None, int | None]:
    return (None, None) if first == 1 << 62 else (first, last)


def past_as_lists(past: Past) -> tuple[list[tuple[Any, ...]], tuple[Any, ...] | None]:
    """Return rows as `rows_as_lists` and totals as `totals_as_lists`; None without any."""
    rows = [
        (*key, sums.orders, sums.lines, sums.first, sums.last, sums.gross, sums.returned)
        for key, sums in sorted(past.rows.items())
    ]
    total = past.total
    folded = (past.through, total.orders, total.gross, total.returned, total.first, total.last)
    return rows, None if past.through is None else folded
