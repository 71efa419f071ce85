"""A customer's past as of any day that may still be asked for, many customers at once.

Rows stand by (day, known). What was known long before the newest step is folded into totals, so a
history stays as long as what is asked of it, not as long as the customer's life.
"""

from dataclasses import dataclass, fields
from datetime import timedelta

import numpy as np

from shared.core.arrays import Bool, Int32, Int64, ReadOnlyArrays
from shared.core.customers import history_loops as loops
from shared.core.customers.features import RfmColumns
from shared.core.customers.history_rows import (
    NO_ROWS,
    HistoryLines,
    HistoryRows,
    join_rows,
    merge_equal,
    rows_of,
)
from shared.core.customers.local_days import EPOCH
from shared.core.customers.transactions import ENDLESS_MS, NEVER_DAY, NEVER_MS


@dataclass(frozen=True)
class FoldedTotals(ReadOnlyArrays):
    """What m customers' folded rows come to; units as in `HistoryRows`.

    through : newest `known` of what is folded, (m,) int32; `NEVER_DAY` where nothing is.
    """

    through: Int32
    orders: Int64
    gross_minor: Int64
    returned_minor: Int64
    first_ms: Int64
    last_ms: Int64

    def take(self, index: Int64 | Bool) -> "FoldedTotals":
        """Return the customers at `index`, a mask or positions, in that order."""
        return FoldedTotals(*(getattr(self, field.name)[index] for field in fields(self)))


@dataclass(frozen=True)
class History(ReadOnlyArrays):
    """The past of m customers.

    starts : (m + 1,) int64; the rows of customer i are [starts[i], starts[i + 1]), sorted by day, then
    known, no two with both equal.
    """

    starts: Int64
    rows: HistoryRows
    folded: FoldedTotals

    def __len__(self) -> int:
        return self.starts.size - 1

    @property
    def owner(self) -> Int64:
        """Index of the customer of each row, (r,)."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))


@dataclass(frozen=True)
class RfmAt:
    """RFM state of m customers as of a day.

    rfm : first_purchase_ms `ENDLESS_MS`, last_purchase_ms `NEVER_MS` where there is none. is_known : whether
    anything was known of the customer by then, be it a return.
    """

    rfm: RfmColumns
    is_known: Bool


@dataclass(frozen=True)
class WindowSums:
    """What m customers did in a window; all (m,) int64.

    active_days : days with a purchase. Amounts as in `HistoryRows`.
    """

    orders: Int64
    lines: Int64
    gross_minor: Int64
    returned_minor: Int64
    active_days: Int64


def no_history(m: int) -> History:
    """Return the history of m customers of whom nothing is known."""
    orders, gross, returned = np.zeros((3, m), np.int64)
    first, last = np.full(m, ENDLESS_MS), np.full(m, NEVER_MS)
    totals = FoldedTotals(np.full(m, NEVER_DAY, np.int32), orders, gross, returned, first, last)
    return History(np.zeros(m + 1, np.int64), NO_ROWS, totals)


def append(history: History, lines: HistoryLines) -> History:
    """Add lines to the rows of their day and known day, whichever order and cut they come in."""
    rows = history.rows
    owner, new_rows = merge_equal(lines.customer, rows_of(lines))
    new_starts = _starts(owner, len(history))
    places, new_places = np.empty(len(rows), np.int64), np.empty(len(new_rows), np.int64)
    starts = np.zeros_like(history.starts)
    loops.find_places(
        history.starts,
        rows.day,
        rows.known,
        new_starts,
        new_rows.day,
        new_rows.known,
        places,
        new_places,
        starts,
    )
    return History(starts, join_rows(rows, places, new_rows, new_places, int(starts[-1])), history.folded)


def fold(history: History, step_day: int, history_days: int) -> History:
    """Forget the day of what no measurement after `step_day` can ask for.

    Rows known `history_days` before the newest step, or earlier, go into the totals. Rows that were that old
    when they became known are in no window of up to `history_days`: those of one known day share a row.
    """
    rows = history.rows
    is_gone = rows.known <= step_day - history_days
    outside = np.maximum(rows.day, rows.known - np.int32(history_days))
    if not (is_gone.any() or (outside > rows.day).any()):
        return history
    owner, kept = history.owner, rows.take(~is_gone)
    totals = _with_rows(history.folded, owner[is_gone], rows.take(is_gone))
    owner, outside = owner[~is_gone], outside[~is_gone]
    if (outside > kept.day).any():
        columns = {field.name: getattr(kept, field.name) for field in fields(HistoryRows)}
        owner, kept = merge_equal(owner, HistoryRows(**{**columns, "day": outside}))
    return History(_starts(owner, len(history)), kept, totals)


def rfm_at(history: History, day: int) -> RfmAt:
    """Return what was known of each customer on `day`: totals, and rows with known <= day.

    Raises
    ------
    ValueError : a customer's history is folded beyond `day`.
    """
    _refuse_before(history, day, "the state as of")
    totals, rows = history.folded, history.rows
    frequency, monetary = totals.orders.copy(), totals.gross_minor - totals.returned_minor
    first, last, is_known = totals.first_ms.copy(), totals.last_ms.copy(), totals.through > NEVER_DAY
    loops.add_known(
        day,
        history.starts,
        rows.known,
        rows.orders,
        rows.first_ms,
        rows.last_ms,
        rows.gross_minor,
        rows.returned_minor,
        frequency,
        monetary,
        first,
        last,
        is_known,
    )
    return RfmAt(RfmColumns(frequency, monetary, first, last), is_known)


def window_sums(history: History, day: int, n_days: int) -> WindowSums:
    """Add up, by the day it happened, what `n_days` up to `day` held and was known on `day`.

    n_days : 1 or more, at most the `history_days` that the histories were folded with.

    Raises
    ------
    ValueError : a customer's history is folded beyond the beginning of the window.
    """
    _refuse_before(history, day - n_days, f"a window of {n_days} days after")
    rows = history.rows
    sums = np.zeros((5, len(history)), np.int64)
    loops.add_window(
        day,
        n_days,
        history.starts,
        rows.day,
        rows.known,
        rows.orders,
        rows.lines,
        rows.first_ms,
        rows.gross_minor,
        rows.returned_minor,
        sums,
    )
    return WindowSums(*sums)


def waiting_lines(history: History, day: int) -> Int64:
    """Return how many lines of each customer become known only after `day`, (m,) int64."""
    waiting = np.zeros(len(history), np.int64)
    loops.add_unknown(day, history.starts, history.rows.known, history.rows.lines, waiting)
    return waiting


def _starts(owner: Int64, m: int) -> Int64:
    """Return where the rows of each of m customers begin, (m + 1,); owner : of each row, sorted."""
    return np.searchsorted(owner, np.arange(m + 1))


def _with_rows(totals: FoldedTotals, owner: Int64, rows: HistoryRows) -> FoldedTotals:
    columns = {field.name: getattr(totals, field.name).copy() for field in fields(FoldedTotals)}
    for name in ("orders", "gross_minor", "returned_minor"):
        np.add.at(columns[name], owner, getattr(rows, name))
    np.maximum.at(columns["through"], owner, rows.known)
    np.minimum.at(columns["first_ms"], owner, rows.first_ms)
    np.maximum.at(columns["last_ms"], owner, rows.last_ms)
    return FoldedTotals(**columns)


def _refuse_before(history: History, day: int, what: str) -> None:
    through = int(history.folded.through.max(initial=NEVER_DAY))
    if day < through:
        asked, oldest = (EPOCH + timedelta(days=each) for each in (day, through))
        msg = (
            f"{what} {asked} can no longer be told: what was known by {oldest} is kept in total only; "
            f"ask for {oldest} or later"
        )
        raise ValueError(msg)
