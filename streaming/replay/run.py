"""Read, encode, send, write down the position: the replay's one loop."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shared.errors import InvalidConfig
from streaming.replay import events, position, reading
from streaming.replay.pace import Pace
from streaming.replay.profiles import Profile, check_columns
from streaming.replay.sending import Failure, Sender
from streaming.replay.times import NO_TIME

ACKNOWLEDGE_EVENTS = 20_000
ACKNOWLEDGE_S = 1.0
"""How often to wait for acknowledgements and write the position down: whichever comes first."""

KEPT_FAILURES = 100


@dataclass(frozen=True)
class ReplayRequest:
    """Which rows of which file go where, and how fast."""

    source: reading.Source
    profile: Profile
    bootstrap_servers: str
    topic: str
    pace: Pace = Pace()
    start: datetime | None = None
    """Earliest event time, aware."""
    end: datetime | None = None
    """Event times before this, aware."""
    limit: int | None = None
    """Events to send at most, in this run."""
    resume: bool = False
    positions: Path = Path(".local/replay")


@dataclass(frozen=True)
class Progress:
    """Where a replay is."""

    sent: int
    read_fraction: float
    newest_event_ms: int | None


@dataclass(frozen=True)
class ReplayReport:
    """What a replay did."""

    sent: int
    """Acknowledged events."""
    failed: int
    unkeyed: int
    """Of the sent ones, those without a customer."""
    elapsed_s: float
    resumed_at_row: int | None
    failures: tuple[Failure, ...]
    """The first failures, by row."""
    stopped: bool
    """Whether it gave up because the broker no longer took events; resume goes on there."""

    @property
    def events_per_s(self) -> float:
        """Acknowledged events per second, from the first read to the last acknowledgement."""
        return self.sent / self.elapsed_s if self.elapsed_s > 0 else 0.0


@dataclass
class _Tally:
    sent: int = 0
    failed: int = 0
    unkeyed: int = 0
    resumed_at_row: int | None = None
    failures: list[Failure] = field(default_factory=list)
    stopped: bool = False


@dataclass(frozen=True)
class _Portion:
    """Events of one chunk, and the place of each in the sending order of the whole file."""

    batch: events.Batch
    indices: NDArray[np.int64]
    read_fraction: float


def run(request: ReplayRequest, *, progress: Callable[[Progress], None] | None = None) -> ReplayReport:
    """Send a file's events, and return once Kafka has acknowledged them or refused.

    A failed delivery is counted, not raised: see `ReplayReport.failures`.

    Raises
    ------
    InvalidConfig : the file or its mapping cannot be used.
    ServiceUnavailable : no broker, or no such topic.
    """
    check_columns(request.profile, reading.header(request.source))
    subject = position.Subject(request.source.path, request.topic, request.profile.name)
    begun, tally = time.monotonic(), _Tally()
    first = position.load(request.positions, subject) if request.resume else 0
    with Sender(request.bootstrap_servers, request.topic) as sender:
        clock = _Clock(request.pace)
        for portion in _portions(request, first):
            if request.resume and tally.resumed_at_row is None:
                tally.resumed_at_row = int(portion.batch.rows[0])
            for start, stop in clock.slices(portion.batch.times_ms):
                sender.send(portion.batch, start, stop)
                _settle(sender, portion, start, stop, tally)
                if tally.stopped:
                    break
                position.save(request.positions, subject, int(portion.indices[stop - 1]) + 1)
                _show(progress, tally, portion, stop)
            if tally.stopped:
                break
    return _report(tally, time.monotonic() - begun)


class _Clock:
    """Cuts batches into slices that are due, and sleeps until they are."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._n_before = 0
        self._origin_ms: int | None = None
        self._begun = time.monotonic()

    def slices(self, times_ms: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
        known = times_ms[times_ms != NO_TIME]
        if self._origin_ms is None and len(known):
            self._origin_ms = int(known[0])
        due = self._pace.due_s(times_ms, n_before=self._n_before, origin_ms=self._origin_ms or 0)
        start = 0
        while start < len(times_ms):
            elapsed = time.monotonic() - self._begun
            stop = min(int(np.searchsorted(due, elapsed, side="right")), start + ACKNOWLEDGE_EVENTS)
            if stop <= start:
                time.sleep(min(float(due[start]) - elapsed, ACKNOWLEDGE_S))
                continue
            yield start, stop
            start = stop
        self._n_before += len(times_ms)


def _portions(request: ReplayRequest, first: int) -> Iterator[_Portion]:
    """Yield what is to be sent, from place `first` of the sending order on."""
    index, left = 0, request.limit
    for number, (chunk, times_ms) in enumerate(_ordered(request)):
        if number == 0:
            _require_times(request.profile, chunk, times_ms)
        indices = index + np.arange(len(times_ms))
        index += len(times_ms)
        keep = _within(request, times_ms) & (indices >= first)
        if left is not None:
            keep &= np.cumsum(keep) <= left
            left -= int(keep.sum())
        if keep.any():
            batch = events.encode(request.profile, chunk, keep, times_ms)
            yield _Portion(batch, indices[keep], chunk.read_fraction)
        if left == 0:
            return


def _ordered(request: ReplayRequest) -> Iterator[tuple[reading.Chunk, NDArray[np.int64]]]:
    chunks = reading.chunks(request.source)
    if not request.profile.sort:
        for chunk in chunks:
            yield chunk, events.moments(request.profile, chunk)
        return
    whole = reading.Chunk(pd.concat([chunk.table for chunk in chunks]), 1.0)
    times_ms = events.moments(request.profile, whole)
    order = np.argsort(times_ms, kind="stable")
    for at in range(0, len(order), reading.CHUNK_ROWS):
        part = order[at : at + reading.CHUNK_ROWS]
        yield reading.Chunk(whole.table.iloc[part], (at + len(part)) / len(order)), times_ms[part]


def _within(request: ReplayRequest, times_ms: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Mark what lies in [start, end); a row without a readable time lies in no bounded interval."""
    keep = np.ones(len(times_ms), dtype=bool)
    if request.start is not None:
        keep &= times_ms >= request.start.timestamp() * 1000
    if request.end is not None:
        keep &= (times_ms < request.end.timestamp() * 1000) & (times_ms != NO_TIME)
    return keep


def _require_times(profile: Profile, chunk: reading.Chunk, times_ms: NDArray[np.int64]) -> None:
    """One bad time is the stream's to reject; nothing but bad times is a wrong mapping."""
    if (times_ms != NO_TIME).any():
        return
    column = profile.columns["event_time"]
    msg = (
        f"no value of column {column!r} can be read as a time, the first is {chunk.table[column].iloc[0]!r}; "
        "ISO 8601 is expected: give its pattern with --time-format, for example '%m/%d/%Y %H:%M'"
    )
    raise InvalidConfig(msg)


def _settle(sender: Sender, portion: _Portion, start: int, stop: int, tally: _Tally) -> None:
    """Wait for the slice's acknowledgements and count them."""
    failures = sender.acknowledged()
    failed_rows = {failure.row for failure in failures}
    rows, keys = portion.batch.rows[start:stop].tolist(), portion.batch.keys[start:stop]
    tally.sent += len(rows) - len(failures)
    tally.failed += len(failures)
    tally.unkeyed += sum(key is None and row not in failed_rows for row, key in zip(rows, keys, strict=True))
    tally.failures.extend(failures[: KEPT_FAILURES - len(tally.failures)])
    tally.stopped = not all(failure.is_record for failure in failures)


def _show(progress: Callable[[Progress], None] | None, tally: _Tally, portion: _Portion, stop: int) -> None:
    if progress is None:
        return
    newest = int(portion.batch.times_ms[stop - 1])
    progress(Progress(tally.sent, portion.read_fraction, None if newest == NO_TIME else newest))


def _report(tally: _Tally, elapsed_s: float) -> ReplayReport:
    return ReplayReport(
        sent=tally.sent,
        failed=tally.failed,
        unkeyed=tally.unkeyed,
        elapsed_s=elapsed_s,
        resumed_at_row=tally.resumed_at_row,
        failures=tuple(tally.failures),
        stopped=tally.stopped,
    )
