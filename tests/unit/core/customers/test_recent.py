"""The bounded memory of hashes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.customers import running
from shared.core.customers.recent import (
    EMPTY,
    PACKED,
    Recent,
    concatenate,
    newest_of_each,
    pack,
    trim,
    unpack,
)
from shared.core.customers.running import running_maximum
from shared.core.customers.transactions import NEVER_MS

_entry = st.tuples(st.integers(0, 3), st.integers(0, 2**64 - 1), st.integers(-(2**40), 2**42))
_few = st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 9))


def _recent(entries: list[tuple[int, int, int]]) -> Recent:
    owner, hashes, ms = (list(column) for column in zip(*entries, strict=True)) if entries else ([], [], [])
    return Recent(np.array(owner, np.int64), np.array(hashes, np.uint64), np.array(ms, np.int64))


def _tuples(recent: Recent) -> list[tuple[int, int, int]]:
    return list(zip(recent.owner.tolist(), recent.hash.tolist(), recent.ms.tolist(), strict=True))


@given(st.lists(_entry, max_size=30))
def test_packing_and_unpacking_gives_back_what_was_there(entries: list[tuple[int, int, int]]) -> None:
    recent = _recent(sorted(entries))
    blobs = pack(recent, 4)
    assert _tuples(unpack(blobs)) == _tuples(recent)
    assert pack(unpack(blobs), 4) == blobs
    assert sum(map(len, blobs)) == len(entries) * PACKED.itemsize


def test_nobody_has_nothing() -> None:
    assert pack(EMPTY, 0) == []
    assert pack(EMPTY, 2) == [b"", b""]
    assert _tuples(unpack([])) == []


def test_bytes_are_little_endian_whatever_the_machine() -> None:
    assert pack(_recent([(0, 1, 256)]), 1) == [b"\x01" + b"\x00" * 7 + b"\x00\x01" + b"\x00" * 6]


@given(st.lists(_few, max_size=20))
def test_of_each_hash_the_newest_entry_stays(entries: list[tuple[int, int, int]]) -> None:
    newest: dict[tuple[int, int], int] = {}
    for owner, hash_, ms in entries:
        newest[owner, hash_] = max(ms, newest.get((owner, hash_), ms))
    kept = {(owner, hash_): ms for owner, hash_, ms in _tuples(newest_of_each(_recent(entries)))}
    assert kept == newest


@given(st.lists(_few, max_size=20, unique=True), st.integers(0, 9), st.integers(1, 4))
def test_trimming_keeps_the_newest_of_the_window_and_says_what_had_to_go(
    entries: list[tuple[int, int, int]], oldest: int, limit: int
) -> None:
    kept, evicted = trim(_recent(entries), oldest_ms=np.full(3, oldest), limit=limit)

    expected, gone = [], []
    for owner in range(3):
        inside = sorted((ms, hash_) for o, hash_, ms in entries if o == owner and ms >= oldest)
        cut = max(0, len(inside) - limit)
        expected += [(owner, hash_, ms) for ms, hash_ in inside[cut:]]
        gone.append(inside[cut - 1][0] if cut else NEVER_MS)
    assert _tuples(kept) == expected
    assert evicted.tolist() == gone


@given(st.lists(_few, max_size=15), st.randoms(use_true_random=False))
def test_the_way_entries_came_does_not_show_in_the_bytes(
    entries: list[tuple[int, int, int]], random: object
) -> None:
    shuffled = list(entries)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    def blobs(some: list[tuple[int, int, int]]) -> list[bytes]:
        halves = concatenate(_recent(some[::2]), _recent(some[1::2]))
        return pack(trim(newest_of_each(halves), oldest_ms=np.zeros(3, np.int64), limit=3)[0], 3)

    assert blobs(shuffled) == blobs(entries)


@pytest.mark.parametrize(
    ("values", "group", "expected"),
    [
        ([], [], []),
        ([3, 1, 5, 2], [0, 0, 0, 0], [3, 3, 5, 5]),
        ([3, 1, 2, 1], [0, 1, 1, 2], [3, 1, 2, 1]),
        ([NEVER_MS, -1], [0, 0], [NEVER_MS, -1]),
    ],
)
def test_the_running_maximum_starts_anew_with_each_group(
    values: list[int], group: list[int], expected: list[int]
) -> None:
    given_values, groups = np.array(values, np.int64), np.array(group, np.int64)
    assert running_maximum(given_values, groups).tolist() == expected
    assert given_values.tolist() == values
    running._accumulate.py_func(given_values, groups)  # type: ignore[attr-defined]  # the loop, uncompiled
    assert given_values.tolist() == expected
