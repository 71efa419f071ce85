"""The broker's end offsets, asked for in the background, and the lag that they mean."""

import threading
from collections.abc import Callable, Iterator, Mapping
from time import monotonic
from types import TracebackType
from typing import Any, Self

from shared.adapters.kafka_topics import beginning_and_end_offsets
from shared.adapters.lag import TIMEOUT_MS, waiting
from shared.adapters.prometheus.samples import MetricSample
from shared.errors import ServiceUnavailable

EVERY_S = 5.0
STALE_S = 30.0
"""An answer older than this says nothing about now."""


class OffsetWatch:
    """Asks the broker every few seconds while in its context.

    servers : gives the address, each time anew; it may raise ServiceUnavailable while there is none.
    """

    def __init__(self, servers: Callable[[], str], topic: str) -> None:
        self._servers, self._topic = servers, topic
        self._answer: tuple[float, dict[int, tuple[int, int]]] | None = None
        self._stop, self.has_asked = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._keep_asking, name="offsets", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._stop.set()

    def samples(self, live: Mapping[str, Any] | None) -> Iterator[MetricSample]:
        """Give whether the broker answers, how far each partition reaches, and how much of it waits."""
        answer = self._answer
        is_fresh = answer is not None and monotonic() - answer[0] < STALE_S
        yield MetricSample("kafka_up", (), float(is_fresh))
        if answer is None or not is_fresh:
            return
        lag = waiting(answer[1], live)
        for partition, (_, end) in sorted(answer[1].items()):
            labels = (self._topic, str(partition))
            yield MetricSample("kafka_produced_records_total", labels, end)
            yield MetricSample("kafka_lag_records", labels, lag[partition])

    def _keep_asking(self) -> None:
        while not self._stop.is_set():
            try:
                found = beginning_and_end_offsets(self._servers(), self._topic, timeout_ms=TIMEOUT_MS)
                self._answer = (monotonic(), found)
            except ServiceUnavailable:
                pass
            self.has_asked.set()
            self._stop.wait(EVERY_S)
