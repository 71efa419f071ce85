"""The streaming job's own endpoint: how long micro-batches take, as a histogram, for who asks for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter

from prometheus_client import Histogram
from pyspark.sql import DataFrame

from shared.adapters.prometheus.metric_catalogue import FROM_THE_DRIVER, PREFIX
from shared.adapters.prometheus.server import serving

LOOPBACK = "127.0.0.1"
BUCKETS_S = (0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300)

OnBatch = Callable[[DataFrame, int], None]


@contextmanager
def timing(port: int | None) -> Iterator[Callable[[OnBatch], OnBatch]]:
    """Give what times a micro-batch function, and show the times on `port`; without a port, neither.

    Raises
    ------
    InvalidConfig : the port is taken.
    """
    if port is None:
        yield lambda on_batch: on_batch
        return
    (metric,) = FROM_THE_DRIVER
    histogram = Histogram(PREFIX + metric.name, metric.help, registry=None, buckets=BUCKETS_S)
    with serving(histogram, LOOPBACK, port):
        yield lambda on_batch: _timed(on_batch, histogram)


def _timed(on_batch: OnBatch, histogram: Histogram) -> OnBatch:
    def run(records: DataFrame, batch_id: int) -> None:
        started = perf_counter()
        on_batch(records, batch_id)
        histogram.observe(perf_counter() - started)

    return run
