"""The results as a table for people, as JSON and as CSV, with the targets beside them."""

import csv
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.stream.latency import Latency
from benchmarks.stream.measure import Result

MIN_PER_EVENT, MIN_BATCHING, MIN_FLOOR, MAX_KNOWN, MAX_P95_S = 100.0, 3.0, 0.5, 1.3, 3.0


@dataclass(frozen=True)
class Target:
    """value against its limit. is_minimum : whether it must be at least, or at most, the limit."""

    name: str
    value: float
    limit: float
    is_minimum: bool

    @property
    def is_met(self) -> bool:
        """Whether the limit is kept."""
        return self.value >= self.limit if self.is_minimum else self.value <= self.limit


@dataclass(frozen=True)
class Measured:
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

    @property
    def targets(self) -> list[Target]:
        """Ratios of this run, each with its limit."""
        rate = self.ours.events_per_s
        return [
            Target("ours / per event (a)", rate / self.per_event.events_per_s, MIN_PER_EVENT, True),
            Target(
                "ours / batching, kafka-python (b)", rate / self.batching.events_per_s, MIN_BATCHING, True
            ),
            Target("ours / floor (c)", rate / self.floor.events_per_s, MIN_FLOOR, True),
            Target(
                "slower with many known customers",
                self.few.events_per_s / self.many.events_per_s,
                MAX_KNOWN,
                False,
            ),
            Target(f"p95 latency at {self.latency.rate}/s, s", self.latency.p95_s, MAX_P95_S, False),
        ]


def as_text(measured: Measured) -> str:
    """Write the tables."""
    lines = [f"{'events/s':>10} {'ours / it':>9}  {'events':>9} {'seconds':>8}  CPU s per 100,000 events"]
    lines += [_row(result, measured.ours) for result in measured.results]
    lines += ["", "one micro-batch of ours, seconds of wall time:"]
    total = sum(measured.spent_s.values())
    lines += [f"  {name:<8}{value:8.3f}{value / total:8.1%}" for name, value in measured.spent_s.items()]
    lines += [f"  {'all':<8}{total:8.3f}", "", "the floor of one micro-batch, seconds:"]
    lines += [f"  {name:<8}{value:8.3f}" for name, value in measured.floor_parts_s.items()]
    late = measured.latency
    lines += ["", f"latency at {late.rate} events/s over {late.events:,} events: p50 {late.p50_s:.2f} s, "]
    lines[-1] += f"p95 {late.p95_s:.2f} s, p99 {late.p99_s:.2f} s, max {late.max_s:.2f} s"
    lines += ["", "targets:"]
    for target in measured.targets:
        sign, answer = (">=" if target.is_minimum else "<="), "met" if target.is_met else "MISSED"
        lines.append(f"  {target.name:<36}{target.value:9.2f}  {sign} {target.limit:<6g} {answer}")
    for result in (measured.batching_unchecked, measured.batching_confluent):
        ratio = measured.ours.events_per_s / result.events_per_s
        lines.append(f"  {f'ours / {result.name}':<48}{ratio:9.2f}  (reported)")
    return "\n".join(lines)


def as_document(measured: Measured, machine: Mapping[str, Any]) -> dict[str, Any]:
    """Return everything as plain values."""
    return {
        "machine": dict(machine),
        "results": [asdict(r) | {"events_per_s": r.events_per_s} for r in measured.results],
        "batch_s": dict(measured.spent_s),
        "floor_s": dict(measured.floor_parts_s),
        "latency": asdict(measured.latency),
        "targets": [asdict(target) | {"is_met": target.is_met} for target in measured.targets],
    }


def write_csv(measured: Measured, path: Path) -> None:
    """Write one row a throughput."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["name", "events", "elapsed_s", "events_per_s", "cpu_s"])
        for r in measured.results:
            cpu_s = sum(r.cpu_s.values()) or ""
            writer.writerow([r.name, r.events, f"{r.elapsed_s:.3f}", f"{r.events_per_s:.1f}", cpu_s])


def _row(result: Result, ours: Result) -> str:
    ratio = ours.events_per_s / result.events_per_s
    per = result.events / 100_000
    cpu = ", ".join(f"{name} {spent / per:.2f}" for name, spent in result.cpu_s.items())
    numbers = f"{result.events_per_s:>10,.0f} {ratio:>9.2f}  {result.events:>9,} {result.elapsed_s:>8.1f}"
    return f"{numbers}  {result.name}{f'  ({cpu})' if cpu else ''}"
