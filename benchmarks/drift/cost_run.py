"""Stream a shop's history through the product's own job in this process, and time it.

Spark and its Python belong to the process that starts them, so each shop has a process of its own.
"""

import os
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, time
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from batch.serve import serve_once
from benchmarks.drift.cost_driver import Step, StepTimes, metered
from benchmarks.drift.cost_shops import PROFILE, Pass, TimedShop, day
from benchmarks.stream.workload import create_topic
from shared import log
from shared.adapters.jars.sets import spark_connector_jars
from shared.adapters.mongo import connect
from shared.adapters.mongo.collections import ensure
from shared.core.windows.hourly import Watching
from shared.intake.source import Source
from shared.settings import LogSettings, Settings
from shared.settings.loading import load_settings
from streaming.driver.query import StreamOptions, run_stream
from streaming.replay import ReplayRequest, read_as
from streaming.replay import run as replay

ROOT: Final = Path(__file__).parents[2]
_SETTINGS: Final[Mapping[str, str]] = {
    "tick.clock": "event",
    "stream.trigger_interval_s": "0",
    "stream.idle_interval_s": "600",
    "model.provisional_days": "1",
    "model.n_starts": "2",
    "schedule.every_days": "10000",
    "report.write": "false",
    "log.level": "error",
}
"""One model for the whole run: a new one would have to learn what is usual for weeks before it has limits."""


@dataclass(frozen=True)
class Addresses:
    """Where a process of its own finds the services."""

    mongo_uri: str
    kafka_bootstrap: str


@dataclass(frozen=True)
class Timed:
    """Steps with large and with small micro-batches; seconds of making the reference of hours, 0 without."""

    large: list[Step]
    small: list[Step]
    reference_s: float


def timed_in_a_process(shop: TimedShop, addresses: Addresses, folder: Path, seed: int) -> Timed:
    """Run `timed` in a process that ends with it."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(timed, shop, addresses, folder, seed).result()


def timed(shop: TimedShop, addresses: Addresses, folder: Path, seed: int) -> Timed:
    """Stream until the watch has limits, then measure."""
    os.environ["PYTHONPATH"] = str(ROOT)  # for Spark's Python workers, which time their part themselves
    site = _Site(shop, addresses, folder, seed)
    site.play(shop.first)
    site.fit()
    warm_up = site.play(shop.warm_up)
    _require_limits(warm_up, shop)
    large, small = site.play(shop.large), site.play(shop.small)
    return Timed(large.steps, small.steps, max(warm_up.references, default=0.0))


class _Site:
    """The topic and the database of one shop."""

    def __init__(self, shop: TimedShop, addresses: Addresses, folder: Path, seed: int) -> None:
        self._shop, self._addresses, self._folder = shop, addresses, folder
        self._file = folder / f"{self._name}.csv"
        shop.write(self._file, seed)
        self._sent_until: datetime | None = None
        log.configure(LogSettings(level="error"))
        create_topic(addresses.kafka_bootstrap, self._name, 2)
        ensure(connect(addresses.mongo_uri, self._name))

    @property
    def _name(self) -> str:
        return f"bench_cost_{'hourly' if self._shop.is_hourly else 'daily'}"

    def fit(self) -> None:
        """Put a model in force."""
        served = serve_once(connect(self._addresses.mongo_uri, self._name), self._settings(1), "benchmark")
        assert served.decision == "promoted", served

    def play(self, part: Pass) -> StepTimes:
        """Send the purchases up to a day, and let the stream catch up with them."""
        until = datetime.combine(day(part.until), time(), UTC)
        replay(
            ReplayRequest(
                read_as(Source(self._file), PROFILE),
                bootstrap_servers=self._addresses.kafka_bootstrap,
                topic=self._name,
                start=self._sent_until,
                end=until,
                positions=self._folder / "positions",
            )
        )
        self._sent_until = until
        with metered() as meter:
            run_stream(
                self._settings(part.lines),
                spark_connector_jars(),
                StreamOptions(until_caught_up=True),
            )
        return meter

    def _settings(self, lines: int) -> Settings:
        given = {
            **_SETTINGS,
            "drift.hourly": str(self._shop.is_hourly).lower(),
            "kafka.bootstrap_servers": self._addresses.kafka_bootstrap,
            "kafka.topic": self._name,
            "mongo.database": self._name,
            "stream.checkpoint": str((self._folder / f"checkpoint-{self._name}").absolute()),
            "stream.max_offsets_per_trigger": str(lines),
        }
        return load_settings(None, given, {"RESEG_MONGO__URI": self._addresses.mongo_uri}).settings


def _require_limits(meter: StepTimes, shop: TimedShop) -> None:
    """Make sure that the watch has something to do in what is timed."""
    state = meter.state
    assert state is not None
    if shop.is_hourly:
        watching = state.hours.watching
        assert watching is Watching.WATCHING, f"hours are {watching}, chance {state.hours.chance}"
    else:
        limits = [channel.limit for channel in state.drift.channels.values()]
        assert any(limits), f"no daily limits by day {shop.warm_up.until}"
