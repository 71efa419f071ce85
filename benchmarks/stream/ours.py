"""The product: `resegment stream` as a child process, watched through the live model it writes."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep

from pymongo.database import Database

from benchmarks.stream.measure import Processors, Result, difference, tree_s
from deploy.local.local_services import Services
from deploy.local.processes import Launched, launch, release, telling
from shared.adapters.mongo.collections import LIVE_MODEL
from shared.documents import Document

DEADLINE_S = 600.0
STAGES = ("parse", "find", "merge", "encode", "write", "reject")
"""Stages of a task, counted by the task itself; summed over the tasks that run beside each other."""
WARM_UP = 3
"""Micro-batches until the JVM has compiled what it runs: its first takes six times the processor time
of its fifth. A short run keeps at least one to measure."""
_POLL_S = 0.05


@dataclass(frozen=True)
class MeasuredBatch:
    """One micro-batch as the live model describes it. cpu_s : running totals when it was seen."""

    rows: int
    touched: int
    elapsed_s: float
    ended_at: datetime
    seconds: Mapping[str, float]
    cpu_s: dict[str, float]


@dataclass(frozen=True)
class MeasuredRun:
    """All micro-batches of a run; the first few warm up and are reported apart."""

    name: str
    batches: list[MeasuredBatch]
    partitions: int

    @property
    def total(self) -> Result:
        """The whole run but for the start of Spark and the wait for the first batch's data."""
        first, last = self.batches[0], self.batches[-1]
        elapsed_s = (last.ended_at - first.ended_at).total_seconds() + first.elapsed_s
        return Result(f"{self.name}, warm-up included", self._rows(0), elapsed_s)

    @property
    def warm(self) -> Result:
        """From the end of the warm-up to the end of the last micro-batch: commits and planning included."""
        first, last = self.batches[self._n_cold - 1], self.batches[-1]
        elapsed_s = (last.ended_at - first.ended_at).total_seconds()
        return Result(self.name, self._rows(self._n_cold), elapsed_s, difference(last.cpu_s, first.cpu_s))

    @property
    def _n_cold(self) -> int:
        return min(WARM_UP, len(self.batches) - 1)

    def spent(self) -> dict[str, float]:
        """Seconds per warm micro-batch, by what they went into.

        read : of a task's time, what no stage accounts for: Kafka, the way into Python and back.
        """
        warm = self.batches[self._n_cold :]
        mean = {
            name: sum(batch.seconds.get(name, 0.0) for batch in warm) / len(warm)
            for name in (*STAGES, "adopt", "tasks", "learn")
        }
        tasks = {name: mean[name] / self.partitions for name in STAGES}
        inside = sum(batch.elapsed_s for batch in warm) / len(warm)
        return {
            "read": mean["tasks"] - sum(tasks.values()),
            **tasks,
            "learn": mean["learn"],
            "adopt": mean["adopt"],
            "commit": self.warm.elapsed_s / len(warm) - inside,
        }

    def _rows(self, start: int) -> int:
        return sum(batch.rows for batch in self.batches[start:])


@contextmanager
def job(
    services: Services, database: str, topic: str, folder: Path, settings: Mapping[str, str], *flags: str
) -> Iterator[Launched]:
    """Run the stream while in this context."""
    given = {
        "kafka.bootstrap_servers": services.kafka_bootstrap,
        "kafka.topic": topic,
        "mongo.database": database,
        "tick.clock": "event",
        "stream.checkpoint": str((folder / f"checkpoint-{database}").absolute()),
        **settings,
    }
    os.environ["RESEG_MONGO__URI"] = services.mongo_uri
    flags += tuple(part for key, value in given.items() for part in ("--set", f"{key}={value}"))
    command = [sys.executable, "-m", "cli", "stream", "--log-format", "json", *flags]
    launched = launch(command, log=folder / f"{database}.log", owned=True, grace_s=40)
    try:
        yield launched
    finally:
        release(launched, grace_s=40)


def run(
    services: Services,
    database: Database[Document],
    topic: str,
    folder: Path,
    *,
    name: str,
    batch_events: int,
    partitions: int,
    processors: Processors,
) -> MeasuredRun:
    """Let the job catch up with a topic in micro-batches of `batch_events`."""
    settings = {"stream.max_offsets_per_trigger": str(batch_events), "stream.trigger_interval_s": "0"}
    batches: list[MeasuredBatch] = []
    with job(services, database.name, topic, folder, settings, "--until-caught-up") as launched:
        deadline = monotonic() + DEADLINE_S
        while launched.identity.find() is not None:
            assert monotonic() < deadline, (
                f"{name} did not catch up: {telling(folder / f'{database.name}.log')}"
            )
            found = _newest_batch(database)
            if found and (not batches or found["ended_at"] != batches[-1].ended_at):
                spent = processors.seconds() | {"client": tree_s(launched.identity.pid)}
                batches.append(_batch(found, spent))
            sleep(_POLL_S)
    assert len(batches) > 1, f"{name} ended early: {telling(folder / f'{database.name}.log', 10)}"
    return MeasuredRun(name, batches, partitions)


def _newest_batch(database: Database[Document]) -> Document | None:
    live = database[LIVE_MODEL].find_one({"_id": "main"}, {"batch": 1})
    return live["batch"] if live else None


def _batch(found: Document, cpu_s: dict[str, float]) -> MeasuredBatch:
    names = ("rows", "touched", "elapsed_s", "ended_at", "seconds")
    return MeasuredBatch(**{name: found[name] for name in names}, cpu_s=cpu_s)
