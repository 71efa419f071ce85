"""Read, encode, send, write down the position: the replay's one loop."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from shared.core.arrays import Int64
from shared.intake.times.parsing import NO_TIME
from streaming.replay import position
from streaming.replay.events import Batch
from streaming.replay.identity import Identities
from streaming.replay.judging import Group, Judge
from streaming.replay.pace import Pace
from streaming.replay.portions import Portion, portions
from streaming.replay.request import Progress, ReplayReport, ReplayRequest
from streaming.replay.sending import Failure, Sender

ACKNOWLEDGE_EVENTS = 20_000
ACKNOWLEDGE_S = 1.0
"""How often to wait for acknowledgements and write the position down: whichever comes first."""

KEPT_FAILURES = 100


def run(request: ReplayRequest, *, progress: Callable[[Progress], None] | None = None) -> ReplayReport:
    """Send a file's events, and return once Kafka has acknowledged them or refused.

    A failed delivery is counted, not raised: see `ReplayReport.failures`.

    Raises
    ------
    InvalidConfig : the file cannot be read, or has changed since the position was kept.
    ServiceUnavailable : no broker, or no such topic.
    """
    reading = request.reading
    subject = position.ReplayedFile(
        reading.source.path, request.topic, reading.profile.name, reading.fingerprint
    )
    first = position.load(request.positions, subject) if request.resume else 0
    begun, tally = time.monotonic(), _Tally(Judge(request.rules), Identities(reading.profile))
    with Sender(request.bootstrap_servers, request.topic) as sender:
        clock = _Clock(request.pace)
        for portion in portions(request, tally.identities, first):
            if request.resume and tally.resumed_at_row is None:
                tally.resumed_at_row = int(portion.batch.rows[0])
            for stop in _send(sender, clock, portion, tally):
                position.save(request.positions, subject, int(portion.indices[stop - 1]) + 1)
                _show(progress, tally, portion, stop)
            if tally.stopped:
                break
    tally.judge_sent()
    return _report(tally, time.monotonic() - begun)


@dataclass
class _Tally:
    judge: Judge
    identities: Identities
    damaged: Group = field(default_factory=Group)
    sent: int = 0
    failed: int = 0
    unkeyed: int = 0
    resumed_at_row: int | None = None
    failures: list[Failure] = field(default_factory=list)
    stopped: bool = False
    unjudged: Batch | None = None
    """Sent last: judged while Kafka takes what comes after it."""

    def judge_sent(self) -> None:
        """Judge what was sent last."""
        if self.unjudged is not None:
            self.judge.judge(self.unjudged)
            self.unjudged = None


def _send(sender: Sender, clock: "_Clock", portion: Portion, tally: _Tally) -> Iterator[int]:
    """Send what is due, slice by slice; yield the end of each slice that the broker has dealt with."""
    for start, stop in clock.slices(portion.batch.times_ms):
        sender.send(portion.batch, start, stop)
        _settle(sender, portion, start, stop, tally)
        if tally.stopped:
            return
        yield stop


class _Clock:
    """Cuts batches into slices that are due, and sleeps until they are."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._n_before = 0
        self._origin_ms: int | None = None
        self._begun = time.monotonic()

    def slices(self, times_ms: Int64) -> Iterator[tuple[int, int]]:
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


def _settle(sender: Sender, portion: Portion, start: int, stop: int, tally: _Tally) -> None:
    """Wait for the slice's acknowledgements and count them."""
    tally.judge_sent()
    failures = sender.acknowledged()
    sent = portion.batch.slice(start, stop).without({failure.row for failure in failures})
    tally.unjudged = sent
    tally.sent += len(sent)
    tally.failed += len(failures)
    tally.unkeyed += sum(key is None for key in sent.keys)
    tally.damaged.add(sent.lines[sent.is_damaged])
    tally.failures.extend(failures[: KEPT_FAILURES - len(tally.failures)])
    tally.stopped = not all(failure.is_record for failure in failures)


def _show(progress: Callable[[Progress], None] | None, tally: _Tally, portion: Portion, stop: int) -> None:
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
        fates=tally.judge.fates,
        n_damaged=tally.damaged.n,
        damaged=tuple(tally.damaged.lines),
        n_equal=tally.identities.n_equal,
        n_conflicts=tally.identities.conflicts,
    )
