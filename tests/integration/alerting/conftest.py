"""A store of alerts, a receiver and a channel between them."""

from collections.abc import Iterator

import pytest

from batch.alerting.channel import ChannelJob
from shared.adapters.mongo.collections import ensure
from tests.support.alerting import Clock, Docs, job
from tests.support.receivers import Receiver, http_receiver


@pytest.fixture
def database(mongo_database: Docs) -> Docs:
    ensure(mongo_database)
    return mongo_database


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with http_receiver() as one:
        yield one


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ops(database: Docs, clock: Clock, receiver: Receiver) -> ChannelJob:
    """Return a webhook channel that knows of no alert yet."""
    made = job(database, clock, {"url": receiver.url})
    made.run()
    return made
