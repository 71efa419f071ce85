"""The stream's own driver with a stopwatch on everything that is there for detection alone.

Nothing of the product is changed: its functions are wrapped where they are looked up, while in `metered`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from time import perf_counter
from typing import Any, Final
from unittest.mock import patch

from benchmarks.drift.cost_executor import ALL_SUMS, FOR_DETECTION, timed_task
from benchmarks.drift.cost_ledger import SUMS_FOR_DETECTION, Place, TimeLedger
from shared.adapters.mongo import customer_codec
from shared.adapters.mongo.collections import DRIFT_METRICS, SEGMENT_EVENTS
from shared.core.drift.memory import DriftMemory
from shared.core.windows import documents
from streaming.driver import adopt, hourly_watch, job, publish, query, spark_tasks
from streaming.driver.adopt import Adopter, Rest
from streaming.driver.adopt import Step as Taken
from streaming.driver.job import StreamJob
from streaming.driver.live import LiveState
from streaming.task import executor
from streaming.task.context import BatchContext
from streaming.task.task_report import TaskReport

DAILY, HOURLY, REFERENCE = "daily", "hourly", "reference"

DAILY_PLACES: Final[Sequence[Place]] = (
    *SUMS_FOR_DETECTION,
    Place(adopt, "record_step"),
    Place(Adopter, "_after_tick"),
    Place(Adopter, "_after_promotion"),
    Place(customer_codec, "tick_keys"),
    Place(job, "update_drift_alerts"),
    Place(publish, "staleness"),
    Place(publish, "learning_events"),
    Place(publish, "_metric_row"),
    Place(publish, "_event_row"),
    Place(DriftMemory, "to_document"),
)
HOURLY_PLACES: Final[Sequence[Place]] = (
    Place(adopt, "next_hours"),
    Place(job, "with_clock"),
    Place(job, "update_hourly_drift_alerts"),
    Place(documents, "to_document"),
)


@dataclass(frozen=True)
class Step:
    """A micro-batch, or an idle step that moved something.

    seconds : from its start to the commit. driver : seconds of detection by part. executors : of the sums,
    in the slowest task. ticks : days adopted; adopt_s, adopt_detection_s : in adopting them, and in that for
    detection.
    """

    seconds: float
    rows: int
    driver: dict[str, float]
    executors: dict[str, float]
    ticks: int
    adopt_s: float
    adopt_detection_s: float


@dataclass
class StepTimes:
    """What a stream's steps took; references : seconds of making one for hours; state : at the end."""

    steps: list[Step] = field(default_factory=list)
    references: list[float] = field(default_factory=list)
    state: LiveState | None = None


class _Now:
    """What is known of the step that runs."""

    def __init__(self) -> None:
        self.lock = Lock()  # an idle step comes from another thread, and waits for the micro-batch
        self.ledger, self.executors = TimeLedger(), dict[str, float]()
        self.rows, self.ticks, self.adopt_s, self.adopt_detection_s = 0, 0, 0.0, 0.0
        self.tick: tuple[float, float] | None = None  # when the last one began, and what was counted then

    def begin(self) -> float:
        self.ledger.seconds, self.executors = {}, {}
        self.rows, self.ticks, self.adopt_s, self.adopt_detection_s = 0, 0, 0.0, 0.0
        return perf_counter()

    def end_tick(self) -> None:
        if self.tick is not None:
            started, counted = self.tick
            self.ticks += 1
            self.adopt_s += perf_counter() - started
            self.adopt_detection_s += self.ledger.total - counted
            self.tick = None

    def end(self, started: float) -> Step:
        return Step(
            perf_counter() - started,
            self.rows,
            dict(self.ledger.seconds),
            self.executors,
            self.ticks,
            self.adopt_s,
            self.adopt_detection_s,
        )


@contextmanager
def metered() -> Iterator[StepTimes]:
    """Time a stream that runs in this process while in this context."""
    meter, now = StepTimes(), _Now()
    making = TimeLedger()
    with (
        now.ledger.timing(DAILY, DAILY_PLACES),
        now.ledger.timing(HOURLY, HOURLY_PLACES),
        making.timing(REFERENCE, [Place(hourly_watch, "with_reference")]),
        patch.object(publish, "_replace", _replacing(now.ledger)),
        patch.object(Adopter, "next_step", _stepping(now, meter, making)),
        patch.object(query, "run_tasks", _running(now)),
        patch.object(StreamJob, "on_batch", _batch(now, meter)),
        patch.object(StreamJob, "idle", _idle(now, meter)),
        patch.object(executor, "task", timed_task),
    ):
        yield meter


def _batch(now: _Now, meter: StepTimes) -> Any:
    real = StreamJob.on_batch

    def on_batch(self: StreamJob, records: Any, batch_id: int) -> None:
        with now.lock:
            started = now.begin()
            real(self, records, batch_id)
            meter.steps.append(now.end(started))
            meter.state = self.state

    return on_batch


def _idle(now: _Now, meter: StepTimes) -> Any:
    real = StreamJob.idle

    def idle(self: StreamJob) -> None:
        with now.lock:
            before, started = self.state, now.begin()
            real(self)
            if self.state is not before:
                meter.steps.append(now.end(started))
                meter.state = self.state

    return idle


def _running(now: _Now) -> Any:
    real = spark_tasks.run_tasks

    def run_tasks(records: Any, context: BatchContext) -> list[TaskReport]:
        reports = real(records, context)
        for name in (ALL_SUMS, FOR_DETECTION):
            now.executors[name] = max((_popped(report.seconds, name) for report in reports), default=0.0)
        now.rows = sum(report.read for report in reports)
        return reports

    return run_tasks


def _popped(seconds: dict[str, float], part: str) -> float:
    """Take the seconds of a part out of a task's stages."""
    names = [name for name in seconds if name.partition(":")[0] == part]
    return sum(seconds.pop(name) for name in names)


def _stepping(now: _Now, meter: StepTimes, making: TimeLedger) -> Any:
    """Time what is followed: a step lasts, with all that it leads to, until the next one is looked for."""
    real = Adopter.next_step

    def next_step(self: Adopter, state: LiveState, wall: datetime) -> Taken | Rest:
        now.end_tick()
        counted, started, made = now.ledger.total, perf_counter(), making.total
        found = real(self, state, wall)
        if isinstance(found, Taken) and found.kind == "hours":
            detected = now.ledger.total - counted
            now.ledger.add(f"{HOURLY}: rest of the step", perf_counter() - started - detected)
        if isinstance(found, Taken) and found.kind == "tick":
            now.tick = started, counted
        if making.total > made:
            meter.references.append(making.total - made)
        return found

    return next_step


def _replacing(ledger: TimeLedger) -> Any:
    real = publish._replace
    counted = ledger.timed(f"{DAILY}: writing metrics and events", real)

    def replace(database: Any, collection: str, rows: Sequence[Any]) -> None:
        write = counted if collection in {DRIFT_METRICS, SEGMENT_EVENTS} else real
        write(database, collection, rows)

    return replace
