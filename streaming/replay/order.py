"""The order in which a file's rows stand, and sending them in order of time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from shared.core.arrays import Int64
from shared.core.customers.features import MS_PER_DAY
from shared.intake.times.parsing import NO_TIME
from shared.meaning.fields import fields_of
from streaming.replay.event_rows import moments
from streaming.replay.events import Batch
from streaming.replay.opened import Reading, whole_tables

SORTED_ROWS = 3_000_000
"""How many rows are sorted without being asked: see docs/events.md for the memory that takes."""
SORTED_PORTION = 50_000

_TOLERATED_MS = MS_PER_DAY
"""Lines that lie back less than a day disturb nothing: the shortest horizon of `late` is a day."""


@dataclass(frozen=True)
class TimeOrder:
    """How the times of a file run.

    rows : of the file, of which `damaged` have no cells and `untimed` no readable time.
    first_ms, last_ms : the earliest and the latest; None without any.
    n_back : rows that lie more than a day before one above them, the first in line `line_back`.
    furthest_ms : the longest way back. n_falling : rows earlier than the row before them.
    """

    rows: int
    damaged: int
    untimed: int
    first_ms: int | None
    last_ms: int | None
    n_back: int
    line_back: int | None
    furthest_ms: int
    n_falling: int

    @property
    def is_ordered(self) -> bool:
        """Whether rows can be sent as they stand."""
        return self.n_back == 0

    @property
    def is_newest_first(self) -> bool:
        """Whether the file begins with the latest and ends with the earliest."""
        return (
            not self.is_ordered and self.n_falling > 0.9 * (self.rows - self.damaged - self.untimed - 1) / 2
        )


def order_of(reading: Reading) -> TimeOrder:
    """Read the times of the whole file."""
    scan = _Scan()
    for table in whole_tables(reading):
        ms = moments(reading, fields_of(reading.profile, table.cells)["event_time"])
        scan.add(ms, table.lines, len(table.damaged))
    return scan.result()


class _Scan:
    def __init__(self) -> None:
        self._newest, self._oldest, self._previous = NO_TIME, np.iinfo(np.int64).max, NO_TIME
        self._rows = self._damaged = self._untimed = self._n_back = self._furthest = self._falling = 0
        self._line: int | None = None

    def add(self, ms: Int64, lines: Int64, damaged: int) -> None:
        """Take the next rows in."""
        known = ms != NO_TIME
        times, lines = ms[known], lines[known]
        self._rows += len(ms) + damaged
        self._damaged += damaged
        self._untimed += len(ms) - len(times)
        if not len(times):
            return
        newest = np.maximum.accumulate(np.maximum(times, self._newest))
        back = newest - times
        far = back > _TOLERATED_MS
        if self._line is None and far.any():
            self._line = int(lines[int(far.argmax())])
        self._n_back += int(far.sum())
        self._furthest = max(self._furthest, int(back.max()))
        self._falling += int((np.diff(times, prepend=max(self._previous, -(2**62))) < 0).sum())
        self._newest, self._oldest = int(newest[-1]), min(self._oldest, int(times.min()))
        self._previous = int(times[-1])

    def result(self) -> TimeOrder:
        """Say what was seen."""
        is_timed = self._newest != NO_TIME
        return TimeOrder(
            rows=self._rows,
            damaged=self._damaged,
            untimed=self._untimed,
            first_ms=self._oldest if is_timed else None,
            last_ms=self._newest if is_timed else None,
            n_back=self._n_back,
            line_back=self._line,
            furthest_ms=self._furthest,
            n_falling=self._falling,
        )


def in_order_of_time(batches: Iterable[Batch]) -> Iterator[tuple[Batch, float]]:
    """Yield all records in order of time, those without one first, and the share that is then done.

    Equal times stay in file order.
    """
    parts = list(map(_Packed.of, batches))
    rows, lines, times_ms = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("rows", "lines", "times_ms")
    )
    starts = np.cumsum([0, *(len(part.rows) for part in parts)])
    order = np.argsort(times_ms, kind="stable")
    for start in range(0, len(order), SORTED_PORTION):
        places = order[start : start + SORTED_PORTION]
        ids, keys, values = (
            _gathered([getattr(part, name) for part in parts], starts, places)
            for name in ("ids", "keys", "values")
        )
        batch = Batch(rows[places], lines[places], ids, keys, values, times_ms[places])
        yield batch, (start + len(places)) / len(order)


def _gathered(chunks: Sequence[pa.Array], starts: Int64, places: Int64) -> list[Any]:
    """Take places of a column that is held in chunks, without ever holding it twice."""
    chunk = np.searchsorted(starts, places, side="right") - 1
    by_chunk = np.argsort(chunk, kind="stable")
    ends = np.searchsorted(chunk[by_chunk], np.arange(len(chunks) + 1))
    pieces = [
        chunks[n].take(pa.array(places[by_chunk[a:b]] - starts[n]))
        for n, (a, b) in enumerate(pairwise(ends.tolist()))
        if b > a
    ]
    gathered: list[Any] = pa.concat_arrays(pieces).take(pa.array(np.argsort(by_chunk))).to_pylist()
    return gathered


@dataclass(frozen=True, eq=False)
class _Packed:
    """A batch without Python objects: a quarter of the memory."""

    rows: Int64
    lines: Int64
    times_ms: Int64
    ids: pa.Array
    keys: pa.Array
    values: pa.Array

    @classmethod
    def of(cls, batch: Batch) -> "_Packed":
        return cls(
            batch.rows,
            batch.lines,
            batch.times_ms,
            pa.array(batch.event_ids, pa.string()),
            pa.array(batch.keys, pa.binary()),
            pa.array(batch.values, pa.binary()),
        )
