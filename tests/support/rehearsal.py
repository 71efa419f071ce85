"""A shop's history and its next days, streamed with the product's own commands and told to a receiver."""

import json
import signal
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pymongo.database import Database

from cli.failures import TERMINATED
from deploy.local.processes import free_port
from shared.adapters.mongo.deliveries import troubled
from shared.adapters.mongo.requests import open_requests
from shared.documents import Document
from tests.support.receivers import Received, http_receiver
from tests.support.rehearsal_shop import LINES_A_DAY, day_of, write_shop
from tests.support.streams import Child, Site, job, run, run_stream, stream

HISTORY_DAYS: Final = 229
"""The first model is fitted on the evening of a Friday."""

QUIET_DAYS: Final = 50
"""35 days make a reference, which ends a week ago; then the watch has another week."""

DAYS: Final = QUIET_DAYS + 20
"""The change, a week of silence after the promotion, and a week to be heard again."""

SECRET: Final = "shared between us"  # noqa: S105
DEADLINE_S: Final = 500.0

SETTINGS: Final = {
    "kafka__partitions": "1",
    "stream__cores": "1",
    "stream__max_offsets_per_trigger": "800",  # about three weeks of the history
    "model__bootstrap_min_customers": "1000000",  # the first model is asked for when the history is in
    "model__k_max": "5",
    "model__recency_clip_days": "60",  # else a shop so young is stale after weeks: nobody was away so long
    "schedule__every_days": "1000",
    "gate__min_improvement": "0",  # whatever a re-clustering saves, it is put in force
    "alerts__poll_s": "0.1",
    "alerts__stalled_s": "3600",  # a busy machine is not what is rehearsed
}


@dataclass(frozen=True)
class Played:
    """What a replay has left: its database, and what the receiver took before and after its outage."""

    database: Database[Document]
    before: list[Received]
    after: list[Received]


def play(where: Site, database: Database[Document], seed: int) -> Played:
    """Stream the days as they are; the receiver is told at the end."""
    where, file = opened(where, seed)
    with http_receiver() as receiver:
        where = telling(where, receiver.url)
        run(where, "alerts", "deliver", "--once")  # from now on the channel is no newcomer
        run(where, "replay", str(file), "--from", f"{day_of(HISTORY_DAYS)}")
        with job(where, "recluster", "--watch"), days_of(where) as streaming:
            assert streaming.wait(DEADLINE_S) == 0, streaming.log
        run(where, "alerts", "deliver", "--once")
    return Played(database, [], receiver.taken)


def play_change(where: Site, database: Database[Document], seed: int) -> Played:
    """Raise the prices by half; the receiver is down from the first message until all is over."""
    where, file = opened(where, seed)
    changed, port = file.with_name("changed.csv"), free_port()
    rise = ("--scenario", "spend-inflation", "--at", f"{day_of(HISTORY_DAYS + QUIET_DAYS)}")
    run(where, "drift", "simulate", str(file), *rise, "--out", str(changed))
    with ExitStack() as jobs:
        with http_receiver(port) as receiver:
            where = telling(where, receiver.url)
            run(where, "alerts", "deliver", "--once")
            run(where, "replay", str(changed), "--from", f"{day_of(HISTORY_DAYS)}")
            teller = jobs.enter_context(job(where, "alerts", "deliver", "--watch"))
            streaming = jobs.enter_context(days_of(where))
            streaming.until(lambda: _waits(database), "a request that the stream waits for", DEADLINE_S)
            teller.until(lambda: bool(receiver.taken), "the first message", DEADLINE_S)
        jobs.enter_context(job(where, "recluster", "--watch"))
        assert streaming.wait(DEADLINE_S) == 0, streaming.log
        teller.until(lambda: bool(troubled(database)), "a message that nobody takes")
        teller.signal(signal.SIGTERM)
        assert teller.wait() == TERMINATED, teller.log
    with http_receiver(port) as again:
        run(where, "alerts", "deliver", "--once")
        run(where, "alerts", "deliver", "--once")
    return Played(database, receiver.taken, again.taken)


def opened(where: Site, seed: int) -> tuple[Site, Path]:
    """Make the topic, stream the history and fit the first model; returns the site of days, and the file."""
    file = where.folder / "shop.csv"
    write_shop(file, days=HISTORY_DAYS + DAYS, level_from=HISTORY_DAYS, seed=seed)
    where = where.with_settings(**SETTINGS)
    run(where, "init")
    run(where, "replay", str(file), "--to", f"{day_of(HISTORY_DAYS)}")
    run_stream(where)
    run(where, "recluster", "--once", "--reason", "the shop opens")
    return where.with_settings(stream__max_offsets_per_trigger=str(LINES_A_DAY)), file


def telling(where: Site, url: str) -> Site:
    """Give the site a signed webhook."""
    channel = {"name": "ops", "kind": "webhook", "url": url, "secret": SECRET}
    return where.with_settings(alerts__channels=json.dumps([channel]))


def days_of(where: Site) -> AbstractContextManager[Child]:
    """Stream what is in the topic, a day a micro-batch."""
    return stream(where, "--until-caught-up")


def _waits(database: Database[Document]) -> bool:
    return bool(open_requests(database))
