"""The delivery job: every channel on a thread of its own, under a lease, beside the watch on the operation.

A channel that hangs, fails or refuses delays no other. Whoever holds the lease sends; a second job is
refused, and one that loses the lease stops before it sends anything more.
"""

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import UTC, datetime

from pymongo.database import Database

from batch.alerting.channel import ChannelJob, PassResult
from batch.alerting.watchdog import Watchdog
from shared.adapters.mongo.deliveries import forget_failures_of_others
from shared.adapters.mongo.leases import LeaseKeeper, acquire, release
from shared.adapters.notify import sender_of
from shared.documents import Document
from shared.errors import LeaseHeld
from shared.log import get_logger
from shared.settings import Settings

JOB = "alerts"
LEASE_S = 20.0
WATCH_S = 15.0
"""Between two looks at the operation: well below the minute after which a silent stream counts as down."""

log = get_logger("alerts")


def deliver_once(database: Database[Document], settings: Settings, kafka: str | None) -> list[PassResult]:
    """Look at the operation and tell every channel what is due, whatever it answered before.

    kafka : bootstrap servers, None if there are none to ask.

    Raises
    ------
    LeaseHeld : another job delivers now.
    """
    with _delivering(database, settings) as jobs:
        Watchdog(database, settings, kafka).look(datetime.now(UTC))
        if not jobs:
            return []
        with ThreadPoolExecutor(len(jobs)) as pool:
            return list(pool.map(lambda job: job.run(at_once=True), jobs))


def watch(
    database: Database[Document], settings: Settings, kafka: str | None, *, stop: threading.Event
) -> None:
    """Do so until `stop` is set; what is being sent is finished first. Raises like `deliver_once`."""
    with _delivering(database, settings) as jobs, ThreadPoolExecutor(len(jobs) + 1) as pool:
        log.info("alerts_watching", channels=[channel.name for channel in settings.alerts.channels])
        watchdog = Watchdog(database, settings, kafka)
        loops = [pool.submit(_loop, lambda: watchdog.look(datetime.now(UTC)), WATCH_S, stop)]
        loops += [pool.submit(_loop, job.run, settings.alerts.poll_s, stop) for job in jobs]
        _until_one_ends(loops, stop)


def _loop(step: Callable[[], object], pause_s: float, stop: threading.Event) -> None:
    while not stop.is_set():
        step()
        stop.wait(pause_s)


def _until_one_ends(loops: list[Future[None]], stop: threading.Event) -> None:
    """Wait; if one loop fails, the others end too, and its error is the job's."""
    wait(loops, return_when=FIRST_EXCEPTION)
    stop.set()
    for loop in loops:
        loop.result()


@contextmanager
def _delivering(database: Database[Document], settings: Settings) -> Iterator[list[ChannelJob]]:
    lease = acquire(database, JOB, holder=f"resegment {JOB}", ttl_s=LEASE_S)
    try:
        with LeaseKeeper(database, lease, LEASE_S) as keeper:
            forget_failures_of_others(database, [channel.name for channel in settings.alerts.channels])
            yield _jobs(database, settings, keeper.lost)
    finally:
        release(database, lease)


def _jobs(database: Database[Document], settings: Settings, lost: threading.Event) -> list[ChannelJob]:
    def may_go_on() -> None:
        if lost.is_set():
            msg = f"the lease {JOB!r} was lost while the job ran; another one delivers now"
            raise LeaseHeld(msg)

    return [
        ChannelJob(
            database,
            settings.alerts,
            channel,
            sender_of(channel),
            may_go_on=may_go_on,
            jitter=random.random,
        )
        for channel in settings.alerts.channels
    ]
