"""The compiled loops that write and read histories as varints.

A varint holds seven bits a byte, lowest first; the highest bit says that more follow. Numbers that may be
negative are folded to 0, -1, 1, -2, ... first. Differences wrap round at 2^64, so every value comes back as
it was. What is read is never taken to be well-formed: each number is looked for within its own bytes only.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.core.arrays import Bool, Int32, Int64
from shared.core.compiled import compiled
from shared.core.customers.transactions import ENDLESS_MS, NEVER_DAY, NEVER_MS

MS_PER_DAY = 86_400_000
_LOW_57 = (1 << 57) - 1
_LOW_63 = (1 << 63) - 1

MAX_NUMBER_BYTES = 10
ROW_NUMBERS = 8
HEAD_NUMBERS = 7
MIN_ROW_BYTES = 7
"""A row without a purchase says so in one number and leaves one out."""


@compiled
def _wide(number: Any) -> Any:
    """Make it an int64: an unsigned one mixed with it would make numba use floats."""
    return np.int64(number)


@compiled
def _put(code: NDArray[np.uint8], at: int, value: int) -> int:
    while value & ~0x7F:
        code[at] = (value & 0x7F) | 0x80
        value = (value >> 7) & _LOW_57
        at += 1
    code[at] = value
    return at + 1


@compiled
def _put_signed(code: NDArray[np.uint8], at: int, value: int) -> int:
    return _put(code, at, (value << 1) ^ (value >> 63))


@compiled
def _put_span(code: NDArray[np.uint8], at: int, first: int, last: int, origin: int) -> int:
    """Write 0 for no purchase, else the span + 1 and the first purchase from `origin`."""
    if first == ENDLESS_MS:
        return _put(code, at, 0)
    return _put_signed(code, _put(code, at, last - first + 1), first - origin)


@compiled
def _get(code: NDArray[np.uint8], at: int, end: int) -> tuple[int, int]:
    """Return a number and where the next one begins; -1 where it does not end within its bytes."""
    value = 0
    for shift in range(0, 7 * MAX_NUMBER_BYTES, 7):
        if at < 0 or at >= end:
            return 0, -1
        byte = _wide(code[at])
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return value, at
    return 0, -1


@compiled
def _get_signed(code: NDArray[np.uint8], at: int, end: int) -> tuple[int, int]:
    value, at = _get(code, at, end)
    return ((value >> 1) & _LOW_63) ^ -(value & 1), at


@compiled
def _get_span(code: NDArray[np.uint8], at: int, end: int, origin: int) -> tuple[int, int, int]:
    span, at = _get(code, at, end)
    if span == 0:
        return ENDLESS_MS, NEVER_MS, at
    offset, at = _get_signed(code, at, end)
    first = offset + origin
    return first, first + span - 1, at


@compiled
def write_histories(
    starts: Int64,
    day: Int32,
    known: Int32,
    orders: Int32,
    lines: Int32,
    first_ms: Int64,
    last_ms: Int64,
    gross: Int64,
    returned: Int64,
    through: Int32,
    totals: Int64,
    version: int,
    code: NDArray[np.uint8],
    ends: Int64,
) -> None:
    """Write each customer's history behind the one before; totals (5, m) are those of `FoldedTotals`."""
    at = 0
    for customer in range(starts.size - 1):
        code[at] = version
        begin, end = starts[customer], starts[customer + 1]
        is_folded = through[customer] > NEVER_DAY
        at = _put(code, at + 1, 2 * (end - begin) + is_folded)
        if is_folded:
            at = _put_signed(code, at, _wide(through[customer]))
            for total in range(3):
                at = _put_signed(code, at, totals[total, customer])
            at = _put_span(code, at, totals[3, customer], totals[4, customer], 0)
        before = _wide(0)
        for row in range(begin, end):
            today = _wide(day[row])
            at = _put_signed(code, at, today - before)
            at = _put(code, at, _wide(known[row]) - today)
            at = _put(code, at, _wide(orders[row]))
            at = _put(code, at, _wide(lines[row]))
            at = _put_span(code, at, first_ms[row], last_ms[row], today * MS_PER_DAY)
            at = _put_signed(code, at, gross[row])
            at = _put_signed(code, at, returned[row])
            before = today
        ends[customer] = at


@compiled
def count_rows(code: NDArray[np.uint8], begins: Int64, ends: Int64, sizes: Int64) -> None:
    """Read how many rows each history holds; -1 where its bytes cannot hold as many."""
    for customer in range(begins.size):
        head, at = _get(code, begins[customer] + 1, ends[customer])
        n_rows = (head >> 1) & _LOW_63
        fits = at >= 0 and n_rows <= (ends[customer] - at) // MIN_ROW_BYTES
        sizes[customer] = n_rows if fits else -1


@compiled
def read_histories(
    code: NDArray[np.uint8],
    begins: Int64,
    ends: Int64,
    starts: Int64,
    days: Int32,
    numbers: Int64,
    through: Int32,
    totals: Int64,
    is_whole: Bool,
) -> None:
    """Fill the columns: days (2, r), numbers (6, r), through (m,) and totals (5, m), as they are written."""
    for customer in range(starts.size - 1):
        end = ends[customer]
        head, at = _get(code, begins[customer] + 1, end)
        through[customer], totals[:, customer] = NEVER_DAY, 0
        totals[3, customer], totals[4, customer] = ENDLESS_MS, NEVER_MS
        if head & 1:
            folded, at = _get_signed(code, at, end)
            through[customer] = folded
            for total in range(3):
                totals[total, customer], at = _get_signed(code, at, end)
            totals[3, customer], totals[4, customer], at = _get_span(code, at, end, 0)
        before, is_ordered = _wide(0), _wide(1)
        for row in range(starts[customer], starts[customer + 1]):
            step, at = _get_signed(code, at, end)
            lag, at = _get(code, at, end)
            today = before + step
            numbers[0, row], at = _get(code, at, end)
            numbers[1, row], at = _get(code, at, end)
            numbers[2, row], numbers[3, row], at = _get_span(code, at, end, today * MS_PER_DAY)
            numbers[4, row], at = _get_signed(code, at, end)
            numbers[5, row], at = _get_signed(code, at, end)
            days[0, row], days[1, row] = today, today + lag
            if row > starts[customer]:
                follows = today > before or (today == before and days[1, row] > days[1, row - 1])
                is_ordered &= follows
            before = today
        is_whole[customer] = is_ordered == 1 and at == end


def capacity(m: int, r: int) -> int:
    """Return how many bytes `m` histories of `r` rows together may need at most."""
    return m * (1 + HEAD_NUMBERS * MAX_NUMBER_BYTES) + r * ROW_NUMBERS * MAX_NUMBER_BYTES
