"""The collector: MongoDB within a bounded time, the broker in the background, both at most a moment old.

A scrape never waits for the broker, which may take long to say nothing; and several scrapers within a
second share one look.
"""

import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from time import monotonic

import pymongo
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector
from pymongo.database import Database
from pymongo.errors import PyMongoError

from shared.adapters.prometheus.metric_catalogue import METRICS, PREFIX
from shared.adapters.prometheus.offsets import OffsetWatch
from shared.adapters.prometheus.samples import MetricSample, samples
from shared.adapters.prometheus.snapshot import take
from shared.documents import Document
from shared.log import get_logger
from shared.settings import Settings

SCRAPE_S = 2.0
"""Prometheus gives up after 10 s by default; a look takes some 10 ms."""

CACHE_S = 1.0

log = get_logger("metrics")


class StateCollector(Collector):
    """Gives every metric of `METRICS` for one stream."""

    def __init__(
        self,
        database: Database[Document],
        settings: Settings,
        offsets: OffsetWatch | None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._database, self._settings, self._offsets, self._clock = database, settings, offsets, clock
        self._lock = threading.Lock()
        self._cached: tuple[float, list[Family]] | None = None

    def collect(self) -> Iterable[Family]:
        """Answer a scrape."""
        with self._lock:
            if self._cached is None or self._clock() - self._cached[0] >= CACHE_S:
                self._cached = (self._clock(), families(self._look()))
            return self._cached[1]

    def describe(self) -> Iterable[Family]:
        """Name what there is without looking."""
        return families([])

    def _look(self) -> list[MetricSample]:
        try:
            with pymongo.timeout(SCRAPE_S):
                snapshot = take(self._database, self._settings.stream.id)
        except PyMongoError as error:
            log.warning("scrape_failed", error=type(error).__name__)
            return [MetricSample("mongo_up", (), 0.0)]
        found = [MetricSample("mongo_up", (), 1.0), *samples(snapshot, self._settings, datetime.now(UTC))]
        return found + (list(self._offsets.samples(snapshot.live)) if self._offsets else [])


def families(found: Iterable[MetricSample]) -> list[Family]:
    """Group samples by metric, each with its help text; metrics without a sample are only described."""
    by_name = {name: _family(name) for name in METRICS}
    for sample in found:
        by_name[sample.name].add_metric(list(sample.labels), sample.value)
    return list(by_name.values())


def _family(name: str) -> GaugeMetricFamily | CounterMetricFamily:
    metric = METRICS[name]
    kind = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
    return kind(PREFIX + name, metric.help, labels=metric.labels)
