"""From sending an event to finding it in MongoDB, at a steady rate.

A process of its own sends and notes when each event was sent and which offset it got; here the
offsets in the live model, which are written after the customers, say when it was there.
"""

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from time import monotonic, sleep, time
from typing import TYPE_CHECKING, Any

import numpy as np
from pymongo.database import Database

from benchmarks.stream import ours
from benchmarks.stream.workload import Workload, block, producer_of, send
from deploy.local.local_services import Services
from shared.adapters.mongo.collections import LIVE_MODEL
from shared.documents import Document

if TYPE_CHECKING:
    from multiprocessing.queues import Queue
    from multiprocessing.synchronize import Event as EventFlag

Sent = list[tuple[int, int, float]]
"""(partition, offset, seconds since the epoch at which it was sent)."""

_POLL_S = 0.05
_STEP_S = 0.01
_BURST = 2_000
"""Events sent ahead; the steady rate starts once they are in MongoDB, so Spark's start is not measured."""
_WARM_UP_S = 10
"""Of the steady rate, not measured: the first micro-batches compile."""
_DEADLINE_S = 90.0


@dataclass(frozen=True)
class Latency:
    """Seconds from sending to MongoDB at `rate` events/s, over all events of `duration_s`."""

    rate: int
    duration_s: int
    events: int
    p50_s: float
    p95_s: float
    p99_s: float
    max_s: float


def measure(
    services: Services,
    database: Database[Document],
    workload: Workload,
    folder: Path,
    *,
    rate: int,
    duration_s: int,
) -> Latency:
    """Run the job with its default trigger while events come in; the first seconds do not count."""
    context = get_context("spawn")
    answer: Queue[Sent] = context.Queue()
    go = context.Event()
    arguments = (services.kafka_bootstrap, workload, rate, duration_s + _WARM_UP_S, go, answer)
    with ours.job(services, database.name, workload.topic, folder, {}) as launched:
        sender = context.Process(target=_send, args=arguments, daemon=True)
        sender.start()
        _await(database, lambda live: sum(entry["next"] for entry in live["offsets"]) >= _BURST, launched)
        go.set()
        seen, sent = _watch(database, answer, workload.partitions)
        sender.join()
    started = sent[_BURST][2] + _WARM_UP_S
    return summarise([event for event in sent if event[2] >= started], seen, rate, duration_s)


def summarise(sent: Sent, seen: dict[int, list[tuple[int, float]]], rate: int, duration_s: int) -> Latency:
    """Join both logs; seen : per partition (next offset, when it was first read), ascending."""
    delays = []
    for partition, offset, at in sent:
        log = seen[partition]
        # the first look whose next offset lies beyond this event
        delays.append(log[bisect_right(log, offset, key=lambda entry: entry[0])][1] - at)
    p50, p95, p99 = np.percentile(delays, [50, 95, 99]).tolist()
    return Latency(rate, duration_s, len(delays), p50, p95, p99, max(delays))


def _watch(
    database: Database[Document], answer: "Queue[Sent]", partitions: int
) -> tuple[dict[int, list[tuple[int, float]]], Sent]:
    """Look until everything that was sent is there."""
    seen: dict[int, list[tuple[int, float]]] = defaultdict(list)
    sent: Sent = []
    deadline = monotonic() + _DEADLINE_S * 2
    ends: dict[int, int] = {}
    while not ends or any(not seen[p] or seen[p][-1][0] < end for p, end in ends.items()):
        assert monotonic() < deadline, "the events did not all arrive"
        live = database[LIVE_MODEL].find_one({"_id": "main"}, {"offsets": 1})
        now = time()
        for entry in live["offsets"] if live else ():
            log = seen[entry["partition"]]
            if not log or entry["next"] > log[-1][0]:
                log.append((entry["next"], now))
        if not ends and not answer.empty():
            sent = answer.get()
            ends = {p: max(o for q, o, _ in sent if q == p) + 1 for p in range(partitions)}
        sleep(_POLL_S)
    return seen, sent


def _await(database: Database[Document], ready: Any, launched: Any) -> None:
    deadline = monotonic() + _DEADLINE_S
    while not ready(database[LIVE_MODEL].find_one({"_id": "main"}, {"offsets": 1})):
        assert launched.identity.find() is not None, "the job ended early"
        assert monotonic() < deadline, "the job did not start in time"
        sleep(_POLL_S)


def _send(
    servers: str, workload: Workload, rate: int, duration_s: int, go: "EventFlag", answer: "Queue[Sent]"
) -> None:
    """Send a burst, and once told to, at a steady rate, a hundredth of a second's share at a time."""
    producer, sent = producer_of(servers, linger_ms=5), Sent()
    events = (event for number in range(workload.blocks) for event in block(workload, number))

    def send_next(n: int) -> None:
        for event in islice(events, n):
            send(producer, workload.topic, event, on_delivery=partial(_note, sent, time()))

    send_next(_BURST)
    producer.flush(30)
    go.wait(_DEADLINE_S)
    started = monotonic()
    for step in range(round(duration_s / _STEP_S)):
        sleep(max(0.0, started + step * _STEP_S - monotonic()))
        send_next(round(rate * _STEP_S))
        producer.poll(0)
    producer.flush(30)
    answer.put(sent)


def _note(sent: Sent, at: float, error: Any, message: Any) -> None:
    assert error is None, error
    sent.append((message.partition(), message.offset(), at))
