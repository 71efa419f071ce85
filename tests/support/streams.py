"""Streams as real child processes: start, watch, wait with a deadline, kill, and leave nothing behind."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic, sleep

import psutil
from pymongo import MongoClient
from pymongo.database import Database

from batch.serve import Served, watch
from cli.demonstration.children import environment
from shared.adapters.mongo.collections import ensure
from shared.documents import Document
from shared.settings import Settings
from shared.settings.loading import load_settings
from tests.support.shop import ZONE

DEADLINE_S = 240.0
_POLL_S = 0.05


@dataclass(frozen=True)
class Site:
    """Where a stream reads, writes and keeps its checkpoint; `overrides` are settings by dotted name."""

    folder: Path
    overrides: Mapping[str, str]

    @property
    def settings(self) -> Settings:
        return load_settings(None, {}, environment(self.overrides)).settings

    @property
    def checkpoint(self) -> Path:
        return Path(self.overrides["stream.checkpoint"]) / "main"

    def with_settings(self, **changes: str) -> "Site":
        """Change settings; `stream__id` stands for `stream.id`."""
        dotted = {name.replace("__", "."): value for name, value in changes.items()}
        return replace(self, overrides={**self.overrides, **dotted})


def site(
    folder: Path, kafka_bootstrap: str, mongo_uri: str, database: Database[Document], topic: str
) -> Site:
    """Return a site with the tests' usual settings: small batches, an early and quick first model."""
    ensure(database)
    overrides = {
        "kafka.bootstrap_servers": kafka_bootstrap,
        "kafka.topic": topic,
        "kafka.dead_letter_topic": f"{topic}.dlq",
        "mongo.uri": mongo_uri,
        "mongo.database": database.name,
        "input.zone": ZONE,
        "tick.clock": "event",
        "stream.checkpoint": str(folder / "checkpoint"),
        "stream.max_offsets_per_trigger": "4000",
        "stream.trigger_interval_s": "0",
        "stream.idle_interval_s": "1",
        "stream.pause_for_requests": "true",
        "stream.driver_memory": "1g",
        "model.bootstrap_min_customers": "50",
        "model.k_max": "4",
        "model.n_starts": "2",
        "schedule.refit_days": "20",
        "model.provisional_days": "40",
        "schedule.every_days": "30",
        "report.write": "false",
    }
    folder.mkdir(parents=True, exist_ok=True)
    return Site(folder, overrides)


class Child:
    """A command in a session of its own, with its output in a file."""

    def __init__(self, command: list[str], folder: Path, variables: Mapping[str, str]) -> None:
        dropped = (
            "RESEG_",
            "PYTHONDONTWRITEBYTECODE",
        )  # without compiled modules a start takes twice as long
        kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
        self._log = folder / f"{monotonic():.3f}.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env={**kept, **variables},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._seen: dict[int, psutil.Process] = {}

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    def tree(self) -> list[psutil.Process]:
        """Return everything it has started that still runs; remembered, because orphans have no parent."""
        if self._process.poll() is None:
            with_children = psutil.Process(self.pid).children(recursive=True)
            self._seen |= {process.pid: process for process in with_children}
        return [process for process in self._seen.values() if is_alive(process)]

    def signal_all(self, number: int) -> None:
        """What the terminal does on Ctrl-C: the whole process group hears it."""
        os.killpg(self.pid, number)

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def until(self, is_reached: Callable[[], bool], what: str, deadline_s: float = DEADLINE_S) -> None:
        """Wait for something that the child brings about."""

        def has_come() -> bool:
            self.tree()
            if self._process.poll() is not None:
                raise AssertionError(f"{what}: it ended with {self._process.returncode} before\n{self.log}")
            return is_reached()

        wait_until(has_come, what, deadline_s, lambda: self.log)

    def wait(self, deadline_s: float = DEADLINE_S) -> int:
        """Wait for its end; gives the exit code, negative for a signal."""
        wait_until(
            lambda: not self.tree() and self._process.poll() is not None, "its end", deadline_s, self._say
        )
        return self._process.returncode

    def end(self) -> None:
        """Kill what is left of it."""
        for process in self.tree():
            process.kill()
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait(30)
        psutil.wait_procs(list(self._seen.values()), timeout=30)

    def _say(self) -> str:
        return f"{[process.cmdline()[:4] for process in self.tree()]}\n{self.log}"


def wait_until(
    is_reached: Callable[[], bool], what: str, deadline_s: float, say: Callable[[], str] = lambda: ""
) -> None:
    """Look again and again until the deadline."""
    end = monotonic() + deadline_s
    while not is_reached():
        if monotonic() > end:
            raise AssertionError(f"{what} did not come within {deadline_s:.0f} s\n{say()}")
        sleep(_POLL_S)


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@contextmanager
def job(where: Site, *words: str, **variables: str) -> Iterator[Child]:
    """Run a `resegment` command while in this context; afterwards nothing of it is left."""
    command = [sys.executable, "-m", "cli", *words]
    child = Child(command, where.folder, environment(where.overrides) | variables)
    try:
        yield child
    finally:
        child.end()


def run(where: Site, *words: str, code: int = 0, **variables: str) -> str:
    """Run a `resegment` command to its end; returns what it said."""
    with job(where, *words, **variables) as child:
        ended = child.wait()
        assert ended == code, f"should end with {code}, ended with {ended}\n{child.log}"
        return child.log


@contextmanager
def stream(where: Site, *flags: str, **variables: str) -> Iterator[Child]:
    """Run `resegment stream` while in this context; afterwards nothing of it is left."""
    with job(where, "stream", *flags, **variables) as child:
        yield child


def run_stream(where: Site, *flags: str, code: int = 0, **variables: str) -> str:
    """Run `resegment stream --until-caught-up` to its end; returns what it said."""
    return run(where, "stream", "--until-caught-up", *flags, code=code, **variables)


@contextmanager
def reclustering(where: Site) -> Iterator[list[Served]]:
    """Serve requests for re-clusterings in this process while in this context."""
    settings = where.settings
    served: list[Served] = []
    stop = threading.Event()
    with MongoClient[Document](settings.mongo.uri.get_secret_value(), tz_aware=True) as client:
        database = client[settings.mongo.database]
        thread = threading.Thread(
            target=watch, args=(database, settings), kwargs={"stop": stop, "on_served": served.append}
        )
        thread.start()
        try:
            yield served
        finally:
            stop.set()
            thread.join(60)


KILLED = -signal.SIGKILL
