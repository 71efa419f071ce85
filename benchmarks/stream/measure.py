"""What a contender's run is summed up by, and how much processor time went where."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time

import psutil

from deploy.local import local_services


@dataclass(frozen=True)
class Result:
    """events in elapsed_s of wall time; cpu_s : processor seconds by who spent them."""

    name: str
    events: int
    elapsed_s: float
    cpu_s: dict[str, float] = field(default_factory=dict)

    @property
    def events_per_s(self) -> float:
        """Throughput."""
        return self.events / self.elapsed_s


@dataclass
class Meter:
    """Running totals between two moments."""

    elapsed_s: float = 0.0
    cpu_s: dict[str, float] = field(default_factory=dict)


class Processors:
    """Reads the processor time of the services, and of any process with its children."""

    def __init__(self, folder: Path) -> None:
        self._pids = {status.name: status.pid for status in local_services.status(folder) if status.pid}

    def seconds(self) -> dict[str, float]:
        """Return processor seconds so far: of each service and of this process."""
        return {name: tree_s(pid) for name, pid in self._pids.items()} | {"client": process_time()}

    @contextmanager
    def metered(self) -> Iterator[Meter]:
        """Measure what happens inside."""
        meter, before, started = Meter(), self.seconds(), perf_counter()
        yield meter
        meter.elapsed_s = perf_counter() - started
        meter.cpu_s = difference(self.seconds(), before)


def tree_s(pid: int) -> float:
    """Return the processor seconds of a process and its living children."""
    try:
        root = psutil.Process(pid)
        family = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0.0
    total = 0.0
    for process in family:
        try:
            spent = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += spent.user + spent.system
    return total


def difference(after: dict[str, float], before: dict[str, float]) -> dict[str, float]:
    """Subtract two readings."""
    return {name: round(value - before.get(name, 0.0), 2) for name, value in after.items()}
