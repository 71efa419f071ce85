"""Which rows a model has learnt: 12 bytes for each, enough to refuse what it never did.

Sums alone cannot tell a row that was never in them from one that was. A row is known by a 64-bit
key of its content and its label: of a billion rows kept, one stranger in 18 billion would pass.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.core.arrays import Bool, Float64, Int32, Int64, UInt64

Keys = UInt64
Counts = Int32
Run = tuple[Keys, Counts]
"""Sorted distinct keys and how often each was learnt, less how often forgotten."""

# Odd multipliers of murmur's finaliser; any start but zero, which zeros would not leave.
_START, _FIRST, _SECOND = (
    np.uint64(word) for word in (0x9E3779B97F4A7C15, 0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53)
)
_NO_RUN: Run = (np.empty(0, np.uint64), np.empty(0, np.int32))


def row_keys(columns: Sequence[Float64]) -> Keys:
    """Return a key (n,) for each row of the columns, each (n,): equal for equal numbers, -0 being 0."""
    keys = np.full(len(columns[0]), _START)
    for column in columns:
        keys ^= (column + 0.0).view(np.uint64)
        keys *= _FIRST
        keys ^= keys >> np.uint64(32)
        keys *= _SECOND
        keys ^= keys >> np.uint64(29)
    return keys


def occurrences(keys: Keys) -> Int64:
    """Return how often each key (n,) stands before itself: 0 at its first place, 1 at its second."""
    order = np.argsort(keys, kind="stable")
    ranked = keys[order]
    earlier = np.empty(len(keys), np.int64)
    earlier[order] = np.arange(len(keys)) - np.searchsorted(ranked, ranked)
    return earlier


@dataclass(frozen=True, eq=False)
class RowLedger:
    """A multiset of keys in sorted runs, each at least twice as long as the next.

    Learning and forgetting n rows costs O(n log N) in the long run, whatever the size of the batches.
    """

    runs: tuple[Run, ...] = ()

    def held(self, keys: Keys) -> Int64:
        """Return how often each key (n,) is in the ledger."""
        total = np.zeros(len(keys), np.int64)
        for known, counts in self.runs:
            places = np.minimum(np.searchsorted(known, keys), len(known) - 1)
            total += np.where(known[places] == keys, counts[places], 0)
        return total

    def holds(self, keys: Keys) -> Bool:
        """Say of each key (n,) whether it could be taken out together with those before it."""
        held: Bool = occurrences(keys) < self.held(keys)
        return held

    def add(self, keys: Keys) -> "RowLedger":
        """Return the ledger with these keys in it, repeats included."""
        return self._with(keys, 1)

    def remove(self, keys: Keys) -> "RowLedger":
        """Return the ledger without these keys, which it holds."""
        return self._with(keys, -1)

    def _with(self, keys: Keys, sign: int) -> "RowLedger":
        distinct, counts = np.unique(keys, return_counts=True)
        runs = [*self.runs, (distinct, (sign * counts).astype(np.int32))]
        while len(runs) > 1 and len(runs[-2][0]) < 2 * len(runs[-1][0]):
            runs[-2:] = [_merged(*runs[-2:])]
        return RowLedger(tuple(run for run in runs if len(run[0])))


def _merged(one: Run, other: Run) -> Run:
    keys, counts = np.concatenate([one[0], other[0]]), np.concatenate([one[1], other[1]])
    if not len(keys):
        return _NO_RUN
    order = np.argsort(keys, kind="stable")
    keys, counts = keys[order], counts[order]
    starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
    totals = np.add.reduceat(counts, starts)
    is_left = totals != 0
    return keys[starts][is_left], totals[is_left]
