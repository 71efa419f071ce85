"""What a row is known by, so that the same row sent twice counts once.

Without ids in the file, a row is known by its content, and the n-th of n equal rows as that. So overlapping
exports count once, whatever the files are called and in whichever order their rows stand.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from xxhash import xxh3_64_intdigest

from shared.core.arrays import Int32, Int64, UInt64
from shared.meaning.profiles import FIELDS, NUMBERS, Profile
from streaming.replay.event_rows import EventRows

_CONTENT = tuple(name for name in FIELDS if name not in {"event_id", "event_time"})
_SEPARATOR = "\x1f"
_MERGE_FACTOR = 2


class Identities:
    """Names the rows of a file in the order in which they stand in it."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._equal_rows = Occurrences()
        self._ids = Occurrences()
        self.n_equal = 0
        """Rows that say the same as an earlier one."""
        self.conflicts = 0
        """Rows whose event id an earlier row with other content has."""

    def name(self, lines: EventRows) -> tuple[Sequence[str], Sequence[str]]:
        """Return the event ids and the invoices of the next rows."""
        invoices = lines.texts.get("invoice_no")
        if self._profile.numbered:
            numbers = [f"{row:09d}" for row in lines.rows.tolist()]
            ids: Sequence[str] = [f"{self._profile.name}:{number}" for number in numbers]
            return ids, numbers if invoices is None else invoices
        stated = lines.texts.get("event_id")
        ids = self._by_content(lines) if stated is None else self._checked(lines, stated)
        return ids, ids if invoices is None else invoices

    def _by_content(self, lines: EventRows) -> list[str]:
        hashes = content_hashes(lines)
        before = self._equal_rows.before(hashes)
        self.n_equal += int(np.count_nonzero(before))
        return [
            f"row-{content:016x}" if n == 0 else f"row-{content:016x}-{n + 1}"
            for content, n in zip(hashes.tolist(), before.tolist(), strict=True)
        ]

    def _checked(self, lines: EventRows, ids: Sequence[str]) -> Sequence[str]:
        by_id, contents = hashes_of(ids), content_hashes(lines)
        is_known_row = self._equal_rows.before(by_id ^ contents) > 0
        is_known_id = self._ids.before(by_id) > 0
        self.n_equal += int(np.count_nonzero(is_known_row))
        self.conflicts += int(np.count_nonzero(is_known_id & ~is_known_row))
        return ids


class Occurrences:
    """How often each hash was seen before: 12 bytes for each different one."""

    def __init__(self) -> None:
        self._runs: list[tuple[UInt64, Int32]] = []

    def before(self, hashes: UInt64) -> Int64:
        """Return (n,) how many equal ones came before each, and remember them."""
        different, inverse, counts = np.unique(hashes, return_inverse=True, return_counts=True)
        earlier = np.zeros(len(different), np.int64)
        for known, times in self._runs:
            at = np.minimum(np.searchsorted(known, different), len(known) - 1)
            earlier += np.where(known[at] == different, times[at], 0)
        rank = np.empty(len(hashes), np.int64)
        rank[np.argsort(inverse, kind="stable")] = _counted_within(counts)
        if len(different):
            self._remember(different, counts.astype(np.int32))
        result: Int64 = earlier[inverse] + rank
        return result

    def _remember(self, hashes: UInt64, counts: Int32) -> None:
        """Keep sorted runs of which each is much longer than the next, so that there are few to search."""
        while self._runs and len(self._runs[-1][0]) < _MERGE_FACTOR * len(hashes):
            known, times = self._runs.pop()
            hashes, inverse = np.unique(np.concatenate([known, hashes]), return_inverse=True)
            counts = np.bincount(inverse, np.concatenate([times, counts])).astype(np.int32)
        self._runs.append((hashes, counts))


def _counted_within(counts: Int64) -> Int64:
    """Return 0, 1, ... within each group, for groups of these sizes one after the other."""
    starts = np.cumsum(counts) - counts
    return np.arange(int(counts.sum())) - np.repeat(starts, counts)


def content_hashes(lines: EventRows) -> UInt64:
    """Hash what rows say, however it is written: (n,). The event id does not belong to it."""
    given = [lines.times, *(lines.texts[name] for name in _CONTENT if name in lines.texts)]
    names = [name for name in _CONTENT if name in lines.texts]
    columns = [
        given[0],
        *(_shortest(c) if n in NUMBERS else c for n, c in zip(names, given[1:], strict=True)),
    ]
    return hashes_of(map(_SEPARATOR.join, zip(*columns, strict=True)))


def hashes_of(texts: Iterable[str]) -> UInt64:
    """Hash texts; (n,)."""
    return np.array([xxh3_64_intdigest(text.encode()) for text in texts], np.uint64)


def _shortest(numbers: Sequence[str]) -> list[str]:
    """Write 2.50 as 2.5 and 6.0 as 6: the same number is the same content."""
    return [text.rstrip("0").rstrip(".") if "." in text else text for text in numbers]
