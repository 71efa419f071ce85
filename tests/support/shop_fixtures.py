"""Fixtures of every tier that streams the shop: its lines, its topic, a site of one's own."""

import uuid
from collections.abc import Callable, Iterator

import pytest
from kafka import KafkaAdminClient
from pymongo import MongoClient

from shared.documents import Document
from tests.support.kafka_records import send_lines
from tests.support.shop import PARTITIONS, SoldLine, shop
from tests.support.shop_recount import Expected, expected_of
from tests.support.streams import Site, site

__all__ = ["expected", "lines", "new_site", "new_topic", "shop_topic"]

SiteFactory = Callable[[str], Site]


@pytest.fixture(scope="session")
def lines() -> list[SoldLine]:
    """The shop's lines in the order they are sent."""
    return shop()


@pytest.fixture(scope="session")
def expected(lines: list[SoldLine]) -> Expected:
    """What must come of them, sent once."""
    return expected_of(lines)


@pytest.fixture(scope="session")
def new_topic(kafka_admin: KafkaAdminClient) -> Callable[..., str]:
    """Give a function that creates a topic which lasts as long as the run."""

    def create(**configs: str) -> str:
        topic = f"shop-{uuid.uuid4().hex[:12]}"
        options = {"num_partitions": PARTITIONS, "replication_factor": 1, "configs": configs}
        kafka_admin.create_topics({topic: options}, timeout_ms=30_000, wait_for_metadata=True)
        return topic

    return create


@pytest.fixture(scope="session")
def shop_topic(kafka_bootstrap: str, new_topic: Callable[..., str], lines: list[SoldLine]) -> str:
    """Hold every line once; nobody adds to it."""
    topic = new_topic()
    send_lines(kafka_bootstrap, topic, lines)
    return topic


@pytest.fixture(scope="session")
def new_site(
    tmp_path_factory: pytest.TempPathFactory,
    kafka_bootstrap: str,
    mongo_uri: str,
    mongo_client: MongoClient[Document],
) -> Iterator[SiteFactory]:
    """Give a function that makes a site for a topic, with a database and a checkpoint of its own."""
    names: list[str] = []

    def create(topic: str) -> Site:
        names.append(f"test_{uuid.uuid4().hex[:12]}")
        folder = tmp_path_factory.mktemp("stream")
        return site(folder, kafka_bootstrap, mongo_uri, mongo_client[names[-1]], topic)

    yield create
    for name in names:
        mongo_client.drop_database(name)
