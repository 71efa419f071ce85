"""The streaming job from start to stop: the one file that sees every stage.

lease -> Spark -> live model -> recovery -> query -> (micro-batches, idle steps) -> clean end.
"""

import os
import re
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic
from types import FrameType

from pyspark.errors import StreamingQueryException
from pyspark.sql import SparkSession
from pyspark.sql.streaming.query import StreamingQuery

from shared.adapters import kafka_topics
from shared.adapters.failpoints import DRIVER
from shared.adapters.mongo import connect, leases
from shared.adapters.spark import log_of
from shared.errors import LeaseHeld, ReclusteringError, StreamFailed
from shared.log import get_logger
from shared.settings import Settings
from streaming.driver.champions import Champions
from streaming.driver.checkpoint import exclusive, folder_of, refuse_if_ahead
from streaming.driver.hourly_watch import prepare
from streaming.driver.job import StreamJob
from streaming.driver.kafka_source import read_records, start_spark
from streaming.driver.spark_tasks import run_tasks
from streaming.driver.startup import open_state
from streaming.driver.timing import OnBatch, timing

_log = get_logger("stream")
STOP_DEADLINE_S = 25.0
_POLL_S = 0.2
_OURS = "|".join(kind.__name__ for kind in ReclusteringError.__subclasses__())
_REASON = re.compile(rf"^(\w+\.)*(\w+(Error|Exception)|{_OURS}): ")
"""A line of a traceback that names what was raised, in Python, in Java or by ourselves."""


@dataclass(frozen=True)
class StreamOptions:
    """What a person decides for one run.

    until_caught_up : end once everything in the topic is applied and nothing is pending.
    accept_new_topic, accept_jump : an operator has confirmed that the topic, or the clock, is right.
    """

    until_caught_up: bool = False
    accept_new_topic: bool = False
    accept_jump: bool = False


def run_stream(settings: Settings, connector_jars: list[Path], options: StreamOptions) -> int:
    """Run until stopped (or caught up); returns the process's exit code.

    settings : with the addresses of the services.

    Raises
    ------
    LeaseHeld, StartRefused, ServiceUnavailable, StreamFailed : see each.
    """
    os.environ[DRIVER] = str(os.getpid())
    database = connect(settings.mongo.uri.get_secret_value(), settings.mongo.database)
    stop = _Stop()
    holder = f"{socket.gethostname()}:{os.getpid()}"
    lease = leases.acquire(
        database, f"stream:{settings.stream.id}", holder=holder, ttl_s=settings.stream.lease_s
    )
    try:
        with ExitStack() as stack:
            keeper = stack.enter_context(leases.LeaseKeeper(database, lease, settings.stream.lease_s))
            opened = open_state(
                database,
                settings,
                Champions(database),
                lease,
                accept_new_topic=options.accept_new_topic,
                accept_jump=options.accept_jump,
            )
            folder = folder_of(settings.stream, opened.state.fence_epoch)
            stack.enter_context(exclusive(folder))
            refuse_if_ahead(folder, settings.kafka.topic, opened.state.offsets)
            if settings.drift.hourly:
                prepare(database)
            job = StreamJob(
                database,
                settings,
                opened.state,
                run_tasks,
                accept_jump=options.accept_jump,
                should_stop=stop.is_set,
            )
            if opened.needs_recount:
                job.recover()
            job.idle()
            is_settled = _run_query(job, settings, connector_jars, options, stop, keeper)
            if is_settled:
                job.close()
            _log.info("stopped", signal=stop.signal, is_settled=is_settled)
    finally:
        leases.release(database, lease)
    return 0 if stop.signal is None else 128 + stop.signal


class _Stop:
    """Remembers the first SIGTERM or SIGINT; a second one ends the process at once."""

    def __init__(self) -> None:
        self.signal: int | None = None
        self.listen()

    def listen(self) -> None:
        """Hear both: Spark takes Ctrl-C for itself at its start, and would cancel the micro-batch."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def is_set(self) -> bool:
        return self.signal is not None

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self.signal is not None:
            os._exit(128 + number)
        self.signal = number


def _run_query(
    job: StreamJob,
    settings: Settings,
    connector_jars: list[Path],
    options: StreamOptions,
    stop: _Stop,
    keeper: leases.LeaseKeeper,
) -> bool:
    checkpoint = folder_of(settings.stream, job.state.fence_epoch)
    with timing(settings.metrics.driver_port) as timed:
        spark = start_spark(settings, connector_jars, checkpoint)
        stop.listen()
        try:
            query = _start_query(spark, timed(job.on_batch), settings, checkpoint)
            caught_up = partial(_is_caught_up, job, settings) if options.until_caught_up else None
            _watch(query, job, settings, stop, keeper, caught_up)
            return _stop_query(query, job)
        finally:
            spark.stop()


def _start_query(
    spark: SparkSession, on_batch: OnBatch, settings: Settings, checkpoint: Path
) -> StreamingQuery:
    writer = read_records(spark, settings, settings.kafka.bootstrap_servers).writeStream
    return (
        writer.queryName(f"resegment-{settings.stream.id}")
        .trigger(processingTime=f"{settings.stream.trigger_interval_s} seconds")
        .option("checkpointLocation", str(checkpoint))
        .foreachBatch(on_batch)
        .start()
    )


def _watch(
    query: StreamingQuery,
    job: StreamJob,
    settings: Settings,
    stop: _Stop,
    keeper: leases.LeaseKeeper,
    caught_up: Callable[[], bool] | None,
) -> None:
    """Stay until told to stop; take an idle step whenever nothing has happened for a while."""
    seen, since = job.state.rev, monotonic()
    while not stop.is_set():
        if _has_ended(query):
            log = log_of(f"resegment-{settings.stream.id}")
            msg = f"{_failure(query)}; Spark's own words are in {log}"
            raise StreamFailed(msg)
        if keeper.lost.is_set():
            msg = f"stream {settings.stream.id!r} lost its lease; another instance has taken over"
            raise LeaseHeld(msg)
        if job.state.rev != seen:
            seen, since = job.state.rev, monotonic()
        elif caught_up is not None and caught_up():
            job.idle()
            if job.is_settled() and caught_up():
                return
        elif monotonic() - since >= settings.stream.idle_interval_s:
            job.idle()
            since = monotonic()


def _has_ended(query: StreamingQuery) -> bool:
    """Wait a moment for the query to end by itself; whether with or without an error shows in `_failure`."""
    try:
        query.awaitTermination(_POLL_S)  # type: ignore[arg-type]  # a fraction of a second is fine
    except StreamingQueryException:
        return True
    return not query.isActive


def _is_caught_up(job: StreamJob, settings: Settings) -> bool:
    """Whether every record is applied and nothing is pending or still to be served."""
    state = job.state
    if state.pending is not None:
        return False
    ranges = kafka_topics.beginning_and_end_offsets(settings.kafka.bootstrap_servers, settings.kafka.topic)
    return all(state.offsets.get(partition, 0) >= end for partition, (_, end) in ranges.items())


def _stop_query(query: StreamingQuery, job: StreamJob) -> bool:
    """End between two micro-batches; the one that comes next is refused and replayed by the next start.

    Returns False if the running one had to be cut off: the next start then recounts.
    """
    deadline = monotonic() + STOP_DEADLINE_S
    is_settled = job.close_intake(STOP_DEADLINE_S)
    while query.isActive and query.status["isTriggerActive"] and monotonic() < deadline:
        threading.Event().wait(_POLL_S)
    if query.isActive:
        query.stop()
    return is_settled


def _failure(query: StreamingQuery) -> str:
    error = query.exception()
    if error is None:
        return "the streaming query ended without an error; start it again, and keep the log"
    reason = reason_of(str(error))
    return f"the streaming query failed: {reason}; nothing is lost: mend the cause and start it again"


def reason_of(text: str) -> str:
    """Return the one line of Spark's account that says why: the last that names what was raised."""
    reasons = [line for line in text.splitlines() if _REASON.match(line)]
    return (reasons or text.splitlines())[-1 if reasons else 0].strip()
