"""What a task on an executor tells the driver: additive numbers, never rows."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import msgspec

from shared.core.customers.partition_clock import PartitionClock
from shared.core.customers.tick import ActiveDays, merge_active_days
from shared.core.model.population import PopulationStatistics
from shared.stopwatch import Stopwatch

Number = TypeVar("Number", int, float)


class TaskReport(msgspec.Struct):
    """One task's share of a micro-batch; records below the live model's offsets count only in `seconds`.

    partition, next_offset : how far it read. read, unattributed(_minor), rejected : records counted.
    delta : document of the change in the population statistics. days : local day -> customer hashes.
    first_event_ms, newest_event_ms : of counted valid records. newest_delay_ms : how long after it
    happened the newest event reached Kafka. has_fenced_ahead : a record that the live model has not
    seen was already in its customer's document: the sums must be recounted. clock : of the partition
    after these records, None where it was not read.
    """

    partition: int
    next_offset: int
    clock: PartitionClock | None = None
    read: int = 0
    unattributed: int = 0
    unattributed_minor: int = 0
    rejected: dict[str, int] = {}
    delta: dict[str, Any] | None = None
    days: dict[str, list[int]] = {}
    first_event_ms: int | None = None
    newest_event_ms: int | None = None
    newest_delay_ms: int = 0
    has_fenced_ahead: bool = False
    touched: int = 0
    transitions: int = 0
    seconds: dict[str, float] = {}


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(TaskReport)


def encode(report: TaskReport) -> bytes:
    """Serialise for the way back through Spark."""
    return _encoder.encode(report)


def decode(data: bytes) -> TaskReport:
    """Inverse of `encode`."""
    return _decoder.decode(data)


def combine(first: TaskReport, second: TaskReport, min_customers: int) -> TaskReport:
    """Two chunks of the same partition, the second the later one."""
    return TaskReport(
        partition=first.partition,
        next_offset=max(first.next_offset, second.next_offset),
        clock=second.clock,
        read=first.read + second.read,
        unattributed=first.unattributed + second.unattributed,
        unattributed_minor=first.unattributed_minor + second.unattributed_minor,
        rejected=add_counts(first.rejected, second.rejected),
        delta=_merged_delta(first.delta, second.delta),
        days=to_names(merge_active_days(from_names(first.days), from_names(second.days), min_customers)),
        first_event_ms=min(_known(first.first_event_ms, second.first_event_ms), default=None),
        newest_event_ms=max(_known(first.newest_event_ms, second.newest_event_ms), default=None),
        newest_delay_ms=_newer(first, second).newest_delay_ms,
        has_fenced_ahead=first.has_fenced_ahead or second.has_fenced_ahead,
        touched=first.touched + second.touched,
        transitions=first.transitions + second.transitions,
        seconds=add_counts(first.seconds, second.seconds),
    )


def add_counts(first: Mapping[str, Number], second: Mapping[str, Number]) -> dict[str, Number]:
    """Sum two tallies key by key."""
    return {name: first.get(name, 0) + second.get(name, 0) for name in first.keys() | second.keys()}


def from_names(days: Mapping[str, list[int]]) -> ActiveDays:
    """Read days written as ISO dates."""
    return {date.fromisoformat(day): frozenset(seen) for day, seen in days.items()}


def to_names(days: ActiveDays) -> dict[str, list[int]]:
    """Write days as ISO dates, in order."""
    return {day.isoformat(): sorted(days[day]) for day in sorted(days)}


def _merged_delta(first: dict[str, Any] | None, second: dict[str, Any] | None) -> dict[str, Any] | None:
    if first is None or second is None:
        return first or second
    return (
        PopulationStatistics.from_document(first)
        .merge(PopulationStatistics.from_document(second))
        .to_document()
    )


def _known(*values: int | None) -> list[int]:
    return [value for value in values if value is not None]


def _newer(first: TaskReport, second: TaskReport) -> TaskReport:
    if first.newest_event_ms is None or second.newest_event_ms is None:
        return second if first.newest_event_ms is None else first
    return second if second.newest_event_ms > first.newest_event_ms else first


def batch_summary(reports: list[TaskReport], watch: Stopwatch) -> dict[str, Any]:
    """Return what the live model keeps about its last micro-batch."""
    rows, seconds, elapsed_s = sum(report.read for report in reports), watch.seconds, watch.elapsed_s
    for report in reports:
        seconds = add_counts(seconds, report.seconds)
    return {
        "rows": rows,
        "touched": sum(report.touched for report in reports),
        "transitions": sum(report.transitions for report in reports),
        "elapsed_s": elapsed_s,
        "events_per_s": rows / elapsed_s,
        "ended_at": datetime.now(UTC),
        "seconds": {name: round(float(value), 4) for name, value in sorted(seconds.items())},
    }
