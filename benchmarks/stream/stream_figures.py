"""What one run of the stream's benchmark found, and the rows that say so."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.measured_rows import Bound, Row
from benchmarks.stream.latency import Latency
from benchmarks.stream.measure import Result

MIN_PER_EVENT, MIN_BATCHING, MIN_FLOOR, MAX_KNOWN, MAX_P95_S = 100.0, 3.0, 0.5, 1.3, 3.0


@dataclass(frozen=True)
class StreamFigures:
    """Everything that one run of the benchmark found out.

    ours, ours_in_all : without and with the warm-up. floor : its two parts in seconds a batch.
    few, many : throughput by known customers.
    """

    ours: Result
    ours_in_all: Result
    spent_s: Mapping[str, float]
    per_event: Result
    batching: Result
    batching_unchecked: Result
    batching_confluent: Result
    floor: Result
    floor_parts_s: Mapping[str, float]
    few: Result
    many: Result
    latency: Latency

    @property
    def results(self) -> list[Result]:
        """Every throughput, ours first."""
        batching = [self.batching, self.batching_unchecked, self.batching_confluent]
        contenders = [self.per_event, *batching, self.floor]
        return [self.ours, self.ours_in_all, *contenders, self.few, self.many]


def rows(measured: StreamFigures) -> list[Row]:
    """Return throughputs, what they are against each other, where time goes, and the latency."""
    return [
        *(_throughput(result) for result in measured.results),
        *_ratios(measured),
        *_seconds("one micro-batch of ours", measured.spent_s),
        *_seconds("the floor of one micro-batch", measured.floor_parts_s),
        *_latency(measured.latency),
    ]


def _throughput(result: Result) -> Row:
    per = result.events / 100_000
    spent = ", ".join(f"{name} {seconds / per:.2f}" for name, seconds in result.cpu_s.items())
    note = f"processor s per 100,000 events: {spent}" if spent else ""
    case = f"{result.events:,} events in {result.elapsed_s:.1f} s"
    return Row("throughput", "", result.name, case, "events/s", result.events_per_s, note=note)


def _ratios(measured: StreamFigures) -> list[Row]:
    others = [
        (measured.per_event, Bound(">=", MIN_PER_EVENT)),
        (measured.batching, Bound(">=", MIN_BATCHING)),
        (measured.batching_unchecked, None),
        (measured.batching_confluent, None),
        (measured.floor, Bound(">=", MIN_FLOOR)),
    ]
    rate, slower = measured.ours.events_per_s, measured.few.events_per_s / measured.many.events_per_s
    return [
        *(_ratio("ours / it", it.name, rate / it.events_per_s, target) for it, target in others),
        _ratio("few known / many known", "ours", slower, Bound("<=", MAX_KNOWN)),
    ]


def _ratio(case: str, contender: str, value: float, target: Bound | None) -> Row:
    return Row("throughputs of this run against each other", "", contender, case, "ratio", value, target)


def _seconds(section: str, spent_s: Mapping[str, float]) -> list[Row]:
    total = sum(spent_s.values())
    return [
        Row(section, "", "", stage, "seconds", seconds, note=f"{seconds / total:.1%}")
        for stage, seconds in spent_s.items()
    ]


def _latency(late: Latency) -> list[Row]:
    values = {"p50": late.p50_s, "p95": late.p95_s, "p99": late.p99_s, "max": late.max_s}
    limits, data = {"p95": Bound("<=", MAX_P95_S)}, f"{late.rate:,}/s, {late.events:,} events"
    return [
        Row("latency", data, "ours", name, "seconds", value, limits.get(name))
        for name, value in values.items()
    ]
