"""Full re-clusterings while purchases stream in: what the stream feels, and how long a change takes.

One stream, one batch job, one steady sender. First nothing else happens; then model after model is
fitted and put in force, each of which re-assigns everybody; then the newest is rolled back. In the end
every customer is recounted from the topic.
"""

import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

import numpy as np
from pymongo.database import Database

from benchmarks.measured_rows import Bound, Row, table, verdict
from benchmarks.stream import ours
from benchmarks.stream.workload import Workload, block, create_topic, producer_of, send
from cli.verification import verify_topic
from deploy.local.local_services import Services, start_embedded
from deploy.local.processes import launch, release
from shared.adapters import registry
from shared.adapters.mongo import connect
from shared.adapters.mongo.collections import LIVE_MODEL, RUNS, SEGMENTS, ensure
from shared.adapters.mongo.models import read_pointer
from shared.adapters.mongo.requests import file_request, open_requests
from shared.documents import Document
from shared.settings.loading import load_settings

if TYPE_CHECKING:
    from datetime import datetime
    from multiprocessing.synchronize import Event as EventFlag

FOLDER = Path(".local/bench-under-load")
DATABASE, TOPIC = "bench_under_load", "bench-under-load"
BENCH = "Under load"
DEADLINE_S = 300.0
WARM_UP_BATCHES = 5
"""The first micro-batches of a JVM compile what it runs."""
_POLL_S = 0.02
_STEP_S = 0.02


@dataclass(frozen=True)
class Load:
    """known : customers. rate : events a second.

    phase_s : seconds without, then with re-clusterings; the latter until at least `models` were adopted.
    """

    known: int = 20_000
    rate: int = 2_000
    phase_s: int = 60
    models: int = 3


@dataclass(frozen=True)
class Phase:
    """Seconds each micro-batch took for its records and for adopting a model or tick before them.

    adoptions : seconds from the pointer's move to the aggregates, of each model adopted meanwhile.
    """

    records: Sequence[float]
    steps: Sequence[float]
    adoptions: Sequence[float]


def under_load_rows(load: Load, folder: Path = FOLDER) -> list[Row]:
    """Measure it all with services of its own; a few minutes."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with start_embedded(folder / "services", say=_say) as services:
        return _measured(services, load, folder)


def _measured(services: Services, load: Load, folder: Path) -> list[Row]:
    database = connect(services.mongo_uri, DATABASE)
    ensure(database)
    workload = Workload(TOPIC, load.known, load.known // 10, 10_000)
    create_topic(services.kafka_bootstrap, TOPIC, workload.partitions)
    with (
        ours.job(services, DATABASE, TOPIC, folder, {}) as stream,
        _batch_job(services, folder),
        _sender(services, workload, load.rate) as stop_sending,
    ):
        look = _Look(database, lambda: stream.identity.find() is not None)
        look.until(lambda live: live["model_epoch"] is not None, "a first model")
        look.phase(lambda: len(look.seen) >= WARM_UP_BATCHES)
        _say("without re-clusterings")
        quiet = look.for_s(load.phase_s)
        _say("with re-clusterings")
        busy = look.for_s(load.phase_s, lambda: _ask(database), load.models)
        back_s = _roll_back(database, look)
        stop_sending()
        look.until_quiet()
    return _rows(load, database, quiet, busy, back_s, _verified(services, database))


class _Look:
    """Watches the live model for micro-batches and changes of the model."""

    def __init__(self, database: Database[Document], is_alive: Callable[[], bool]) -> None:
        self._database, self._is_alive = database, is_alive
        self.seen: dict[datetime, tuple[float, float]] = {}

    def live(self) -> Document:
        assert self._is_alive(), "the stream ended early"
        wanted = {"batch": 1, "model_epoch": 1, "model_version": 1, "offsets": 1}
        found = self._database[LIVE_MODEL].find_one({"_id": "main"}, wanted) or {}
        batch = found.get("batch")
        if batch:
            adopted_s = batch["seconds"]["adopt"]
            self.seen[batch["ended_at"]] = (batch["elapsed_s"] - adopted_s, adopted_s)
        return found

    def until(self, is_so: Callable[[Document], bool], what: str) -> None:
        deadline = monotonic() + DEADLINE_S
        while not ((live := self.live()) and is_so(live)):
            assert monotonic() < deadline, f"{what} did not come"
            sleep(_POLL_S)

    def phase(self, is_over: Callable[[], bool]) -> None:
        self.until(lambda _live: is_over(), "the next phase")

    def for_s(self, seconds: float, each: Callable[[], object] = lambda: None, adopted: int = 0) -> Phase:
        """Watch for some time, and until so many models were adopted.

        An adoption lasts from the pointer's move to the stream's aggregates under the new model.
        """
        before, end = set(self.seen), monotonic() + seconds
        adoptions: list[float] = []
        moved, epoch = None, self.live()["model_epoch"]
        while monotonic() < end or len(adoptions) < adopted:
            assert monotonic() < end + DEADLINE_S, "too few models came"
            each()
            pointer, live = read_pointer(self._database), self.live()
            if moved is None and pointer is not None and pointer.epoch > epoch:
                moved = monotonic()
            if moved is not None and live["model_epoch"] > epoch:
                adoptions.append(monotonic() - moved)
                moved, epoch = None, live["model_epoch"]
            sleep(_POLL_S)
        seen = [seconds for at, seconds in self.seen.items() if at not in before]
        return Phase([records for records, _ in seen], [step for _, step in seen], adoptions)

    def until_quiet(self) -> None:
        """Wait until no offset has moved for some seconds and no model waits."""
        offsets, since = None, monotonic()
        while monotonic() - since < 5:
            live, pointer = self.live(), read_pointer(self._database)
            assert pointer is not None
            if live["offsets"] != offsets or live["model_epoch"] != pointer.epoch:
                offsets, since = live["offsets"], monotonic()
            sleep(_POLL_S)


def _ask(database: Database[Document]) -> None:
    """Ask for the next re-clustering as soon as the last one is in force; gates set aside."""
    pointer = read_pointer(database)
    if pointer is not None:
        key = f"{pointer.epoch:04}"
        live = database[LIVE_MODEL].find_one({"_id": "main"}, {"model_epoch": 1}) or {}
        if live.get("model_epoch") == pointer.epoch:
            file_request(database, "operator", key, None, "the benchmark", force=True)


def _roll_back(database: Database[Document], look: _Look) -> float:
    """Seconds from a rollback to segments of the earlier model that analysts can read."""
    look.until(lambda _live: not open_requests(database), "the last re-clustering")
    start = monotonic()
    pointer = registry.roll_back(database, "the benchmark")
    look.until(lambda live: live["model_epoch"] == pointer.epoch, "the rollback")
    rows = {"model_epoch": pointer.epoch}
    look.until(lambda _live: database[SEGMENTS].count_documents(rows) > 0, "its segments")
    return monotonic() - start


def _rows(
    load: Load, database: Database[Document], quiet: Phase, busy: Phase, back_s: float, mismatches: int
) -> list[Row]:
    runs = list(database[RUNS].find({"status": "done"}, {"metrics.steps_s": 1}).sort("started_at", 1))
    swaps = [run["metrics"]["steps_s"]["promote"] for run in runs]
    fits = [sum(run["metrics"]["steps_s"].values()) for run in runs]
    data = f"{load.known:,} customers, {load.rate:,} events/s"
    p99 = {"quiet": _p(99, quiet.records), "busy": _p(99, busy.records)}
    case = f"{len(busy.adoptions)} models"

    def row(measure: str, of: str, unit: str, value: float, target: Bound | None = None) -> Row:
        return Row(BENCH, data, measure, of, unit, value, target)

    return [
        row("micro-batch, p50", "without", "seconds", _p(50, quiet.records)),
        row("micro-batch, p99", "without", "seconds", p99["quiet"]),
        row("micro-batch, p50", case, "seconds", _p(50, busy.records)),
        row("micro-batch, p99", case, "seconds", p99["busy"]),
        row("p99 with / without", case, "ratio", p99["busy"] / p99["quiet"], Bound("<=", 2.0)),
        row("adoption before a micro-batch, max", case, "seconds", max(busy.steps)),
        row("re-clustering, median", f"{len(fits)} runs", "seconds", _p(50, fits)),
        row(
            "model stored, pointer moved, max", f"{len(swaps)} runs", "seconds", max(swaps), Bound("<=", 1.0)
        ),
        row("pointer to aggregates, max", case, "seconds", max(busy.adoptions)),
        row("rollback to aggregates", "once", "seconds", back_s, Bound("<=", 10.0)),
        row("fields that differ from a recount", "all customers", "count", mismatches, Bound("<=", 0.0)),
    ]


def _p(percent: float, values: Sequence[float]) -> float:
    return float(np.percentile(list(values), percent))


def _verified(services: Services, database: Database[Document]) -> int:
    given = {
        "kafka.bootstrap_servers": services.kafka_bootstrap,
        "kafka.topic": TOPIC,
        "mongo.database": DATABASE,
    }
    settings = load_settings(None, given, {"RESEG_MONGO__URI": services.mongo_uri}).settings
    return verify_topic(database, settings).mismatches


@contextmanager
def _batch_job(services: Services, folder: Path) -> Iterator[None]:
    given = {
        "mongo.database": DATABASE,
        "kafka.bootstrap_servers": services.kafka_bootstrap,
        "report.write": "false",
    }
    flags = [part for key, value in given.items() for part in ("--set", f"{key}={value}")]
    command = [sys.executable, "-m", "cli", "recluster", "--watch", "--log-format", "json", *flags]
    launched = launch(command, log=folder / "recluster.log", owned=True, grace_s=40)
    try:
        yield
    finally:
        release(launched, grace_s=40)


@contextmanager
def _sender(services: Services, workload: Workload, rate: int) -> Iterator[Callable[[], None]]:
    """Send at a steady rate while in this context; gives a function that ends it earlier."""
    context = get_context("spawn")
    over = context.Event()
    arguments = (services.kafka_bootstrap, workload, rate, over)
    process = context.Process(target=_send, args=arguments, daemon=True)
    process.start()

    def stop() -> None:
        over.set()
        process.join(60)

    try:
        yield stop
    finally:
        stop()


def _send(servers: str, workload: Workload, rate: int, over: "EventFlag") -> None:
    producer = producer_of(servers, linger_ms=5)
    events = (event for number in range(workload.blocks) for event in block(workload, number))
    due = monotonic()
    while not over.is_set():
        for _ in range(round(rate * _STEP_S)):
            send(producer, workload.topic, next(events))
        producer.poll(0)
        due += _STEP_S
        sleep(max(0.0, due - monotonic()))
    producer.flush(60)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    found = under_load_rows(Load())
    print(table(found), "", verdict(found), sep="\n")
