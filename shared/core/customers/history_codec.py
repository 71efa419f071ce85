"""A customer's history as bytes and back: about 16 bytes a row.

One behind the other: a byte of version; twice the number of rows, plus one if totals follow; of the totals
through, orders, gross, returned and a span; of each row its day less the one before, known less day, orders,
lines, a span, gross and returned; four bytes of CRC-32, lowest first, so that damage is refused instead of
counted. A span is 0 where nobody bought, else 1 + the milliseconds from the first purchase to the last, and
the first from midnight UTC of the day (of day 0 for totals). Numbers are varints, as `history_code_loops`
says; signed are money, days, where a span begins, and all totals.
"""

from collections.abc import Sequence
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from shared.core.arrays import Bool, Int64
from shared.core.customers import history_code_loops as loops
from shared.core.customers.history import FoldedTotals, History
from shared.core.customers.history_rows import HistoryRows
from shared.errors import SchemaMismatch

VERSION = 1
_VERSION_BYTE = bytes((VERSION,))
_CHECK_BYTES = 4
_WHOLE = 0x2144DF1C
"""CRC-32 of any bytes with their own CRC-32 behind them."""


def encode_histories(history: History) -> list[bytes]:
    """Return the bytes of each customer's history; equal histories have equal bytes."""
    rows, folded = history.rows, history.folded
    code = np.empty(loops.capacity(len(history), len(rows)), np.uint8)
    ends = np.zeros(len(history), np.int64)
    loops.write_histories(
        history.starts,
        rows.day,
        rows.known,
        rows.orders,
        rows.lines,
        rows.first_ms,
        rows.last_ms,
        rows.gross_minor,
        rows.returned_minor,
        folded.through,
        np.stack([folded.orders, folded.gross_minor, folded.returned_minor, folded.first_ms, folded.last_ms]),
        VERSION,
        code,
        ends,
    )
    written = code[: ends[-1] if ends.size else 0].tobytes()
    starts = [0, *ends.tolist()]
    return [_checked(written[a:b]) for a, b in pairwise(starts)]


def decode_histories(blobs: Sequence[bytes], customer_ids: Sequence[str]) -> History:
    """Inverse of `encode_histories`; customer_ids : whose they are, for the message.

    Raises
    ------
    SchemaMismatch : bytes are missing, changed, or of another version.
    """
    _refuse_version([blob[:1] == _VERSION_BYTE for blob in blobs], blobs, customer_ids)
    _refuse_damage([crc32(blob) == _WHOLE for blob in blobs], customer_ids)
    code = np.frombuffer(b"".join(blobs), np.uint8)
    lengths = np.fromiter(map(len, blobs), np.int64, len(blobs))
    begins = np.cumsum(lengths) - lengths
    ends = begins + lengths - _CHECK_BYTES
    sizes = np.empty(len(blobs), np.int64)
    loops.count_rows(code, begins, ends, sizes)
    _refuse_damage((sizes >= 0).tolist(), customer_ids)
    history, is_whole = _read(code, begins, ends, sizes)
    _refuse_damage(is_whole.tolist(), customer_ids)
    return history


def _read(code: NDArray[np.uint8], begins: Int64, ends: Int64, sizes: Int64) -> tuple[History, Bool]:
    m, r = sizes.size, int(sizes.sum())
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    days, numbers = np.empty((2, r), np.int32), np.empty((6, r), np.int64)
    through, totals = np.empty(m, np.int32), np.empty((5, m), np.int64)
    is_whole = np.empty(m, np.bool_)
    loops.read_histories(code, begins, ends, starts, days, numbers, through, totals, is_whole)
    orders, lines = numbers[:2].astype(np.int32)
    day, known = days
    rows = HistoryRows(day, known, orders, lines, *numbers[2:])
    return History(starts, rows, FoldedTotals(through, *totals)), is_whole


def _checked(body: bytes) -> bytes:
    return body + crc32(body).to_bytes(_CHECK_BYTES, "little")


def _refuse_version(is_ours: list[bool], blobs: Sequence[bytes], customer_ids: Sequence[str]) -> None:
    if not all(is_ours):
        at = is_ours.index(False)
        found = blobs[at][0] if blobs[at] else "none"
        msg = (
            f"the history of customer {customer_ids[at]!r} is of version {found}, and this program reads "
            f"version {VERSION}; start the version that wrote it"
        )
        raise SchemaMismatch(msg)


def _refuse_damage(is_whole: list[bool], customer_ids: Sequence[str]) -> None:
    if not all(is_whole):
        msg = (
            f"the history of customer {customer_ids[is_whole.index(False)]!r} is damaged: its bytes do not "
            "add up; restore the document from a backup, or rebuild the customers from the topic"
        )
        raise SchemaMismatch(msg)
