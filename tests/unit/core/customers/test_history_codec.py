"""Histories as bytes: exact, told apart by their damage, and read by a plain port of the format."""

from zlib import crc32

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.customers.history import FoldedTotals, History, append, fold, no_history
from shared.core.customers.history_codec import decode_histories, encode_histories
from shared.core.customers.history_rows import HistoryRows
from shared.core.customers.transactions import ENDLESS_MS, NEVER_DAY, NEVER_MS
from shared.errors import SchemaMismatch
from shared.recount.past import read_past
from tests.support.history_oracle import (
    DAY_MS,
    PastLine,
    columns_of,
    past_as_lists,
    rows_as_lists,
    totals_as_lists,
)

_int64 = st.sampled_from([-(2**63), 2**63 - 1, 0, 1, -1, 63, 64, -64, -65, 127, 128]) | st.integers(
    -(2**63), 2**63 - 1
)
_count = st.sampled_from([0, 1, 2**31 - 1]) | st.integers(0, 2**31 - 1)
_day = st.sampled_from([-(2**29), 2**31 - 1, -1, 0]) | st.integers(-30, 60_000)
_moment = st.sampled_from([NEVER_MS + 1, ENDLESS_MS - 1, 0, -1]) | st.integers(-(2**43), 2**43)
_spans = st.just((ENDLESS_MS, NEVER_MS)) | st.lists(_moment, min_size=2, max_size=2).map(
    lambda pair: (min(pair), max(pair))
)
_keys = st.lists(st.tuples(_day, _day).map(sorted).map(tuple), unique=True, max_size=40).map(sorted)
_customers = st.lists(
    st.tuples(_keys, st.none() | st.tuples(_day, _count, _int64, _int64, _spans)), max_size=4
)


@st.composite
def _histories(draw: st.DrawFn) -> History:
    """Histories of any numbers at all, sorted as they must be."""
    customers = draw(_customers)
    keys = [key for own, _ in customers for key in own]
    rest = [(draw(_count), draw(_count), *draw(_spans), draw(_int64), draw(_int64)) for _ in keys]
    rows = [np.array(column) for column in zip(*rest, strict=True)] or [np.zeros(0)] * 6
    day, known = np.array(keys, np.int32).reshape(-1, 2).T.copy()
    totals = [
        (NEVER_DAY, 0, 0, 0, ENDLESS_MS, NEVER_MS) if folded is None else (*folded[:4], *folded[4])
        for _, folded in customers
    ]
    through, *sums = np.array(totals, np.int64).reshape(-1, 6).T
    starts = np.cumsum([0, *(len(own) for own, _ in customers)])
    orders, lines = (column.astype(np.int32) for column in rows[:2])
    return History(
        starts.astype(np.int64),
        HistoryRows(day, known, orders, lines, *(column.astype(np.int64) for column in rows[2:])),
        FoldedTotals(through.astype(np.int32), *(column.copy() for column in sums)),
    )


def _names(blobs: list[bytes]) -> list[str]:
    return [f"C{number}" for number in range(len(blobs))]


@given(_histories())
def test_what_is_written_comes_back_exactly(history: History) -> None:
    blobs = encode_histories(history)
    again = decode_histories(blobs, _names(blobs))
    assert rows_as_lists(again) == rows_as_lists(history)
    assert totals_as_lists(again) == totals_as_lists(history)
    assert again.starts.tolist() == history.starts.tolist()
    assert encode_histories(again) == blobs


@given(_histories())
def test_a_plain_reading_of_the_format_finds_the_same(history: History) -> None:
    for number, blob in enumerate(encode_histories(history)):
        past = read_past(blob)
        assert past is not None
        rows, totals = past_as_lists(past)
        assert rows == rows_as_lists(history)[number]
        assert (totals or (NEVER_DAY, 0, 0, 0, None, None)) == totals_as_lists(history)[number]


def _typical() -> History:
    lines = [
        PastLine(
            n % 2, day, day + n % 3, day * DAY_MS + n * 1_000_000, 10_000 * n - 3_000, n % 5 > 0, n % 5 > 0
        )
        for n, day in enumerate(range(15_000, 15_300, 10))
    ]
    return fold(append(no_history(2), columns_of(lines)), 15_300, 200)


@given(st.integers(0, 1), st.data())
def test_any_changed_byte_is_refused_with_the_customer_named(which: int, data: st.DataObject) -> None:
    blobs = encode_histories(_typical())
    at = data.draw(st.integers(0, len(blobs[which]) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != blobs[which][at]))
    blobs[which] = blobs[which][:at] + bytes((other,)) + blobs[which][at + 1 :]
    with pytest.raises(SchemaMismatch, match=f"customer 'C{which}'"):
        decode_histories(blobs, ["C0", "C1"])


@given(st.data())
def test_bytes_cut_off_added_or_made_up_are_refused(data: st.DataObject) -> None:
    blob = encode_histories(_typical())[0]
    made_up = st.binary(max_size=60).map(lambda rest: b"\x01" + rest)
    cut = st.integers(0, len(blob) - 1).map(lambda size: blob[:size])
    longer = st.binary(min_size=1, max_size=9).map(lambda rest: blob + rest)
    damaged = data.draw(cut | longer | made_up)
    with pytest.raises(SchemaMismatch, match=r"'C' is damaged|of version none"):
        decode_histories([damaged], ["C"])


@pytest.mark.parametrize(
    "body",
    [
        b"\x01",  # no number of rows
        b"\x01\x80",  # a number without an end
        b"\x01\x02",  # a row is promised
        b"\x01\x02" + b"\x00" * 8,  # a byte is left over
        b"\x01\x04" + b"\x00" * 14,  # the same day twice
        b"\x01\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01" + b"\x00" * 7,  # more rows than bytes
        b"\x01\x02" + b"\xff" * 12,  # a number of more than 64 bits
    ],
)
def test_a_right_checksum_does_not_make_a_history(body: bytes) -> None:
    with pytest.raises(SchemaMismatch, match="'C' is damaged"):
        decode_histories([body + crc32(body).to_bytes(4, "little")], ["C"])


def test_another_version_is_refused_by_its_number() -> None:
    with pytest.raises(SchemaMismatch, match="of version 2, and this program reads version 1"):
        decode_histories([b"\x02\x00\x00\x00"], ["C"])
    with pytest.raises(SchemaMismatch, match="of version none"):
        decode_histories([b""], ["C"])


def test_the_bytes_of_a_version_never_change() -> None:
    """They are stored: what this version wrote must be read for as long as its number is."""
    lines = [
        PastLine(0, 15_000, 15_000, 15_000 * DAY_MS + 5, 12_000, True, True),
        PastLine(0, 15_300, 15_302, 15_301 * DAY_MS, 700, True, True),
        PastLine(0, 15_300, 15_302, 15_301 * DAY_MS + 300, -200, False, False),
    ]
    (blob,) = encode_histories(fold(append(no_history(1), columns_of(lines)), 15_400, 400))
    assert blob.hex() == "0103b0ea0102c0bb0100018a80f5f9b74b88ef010201020180f0b252f80a9003d33e8d4d"
    past = read_past(blob)
    assert past is not None
    assert rows_as_lists(decode_histories([blob], ["C"])) == [past_as_lists(past)[0]]


def test_usual_rows_take_about_fourteen_bytes() -> None:
    lines = [
        PastLine(0, day, day, day * DAY_MS + 50_000_000 + day, 123_400, True, True)
        for day in range(15_000, 16_000, 10)
    ]
    (blob,) = encode_histories(append(no_history(1), columns_of(lines)))
    assert len(blob) <= 14 * 100
