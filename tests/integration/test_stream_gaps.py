"""Offsets without a record: what transactions leave behind must neither stop nor confuse the stream."""

from collections.abc import Callable
from typing import Any

from kafka import KafkaProducer
from pymongo import MongoClient

from cli.verification import verify_topic
from tests.support.shop import SoldLine
from tests.support.shop_fixtures import SiteFactory
from tests.support.shop_recount import expected_of
from tests.support.snapshot import check, check_counts, take
from tests.support.streams import run_stream


def _send_in_transactions(servers: str, topic: str, lines: list[SoldLine], size: int) -> None:
    producer = KafkaProducer(bootstrap_servers=servers, transactional_id=topic, acks="all")
    try:
        producer.init_transactions()
        for start in range(0, len(lines), size):
            producer.begin_transaction()
            for line in lines[start : start + size]:
                producer.send(topic, line.value(), line.key, None, line.partition, line.arrival_ms)
            producer.commit_transaction()
    finally:
        producer.close()


def test_a_topic_that_ends_with_a_transaction_is_caught_up_with_again_and_again(
    new_site: SiteFactory,
    new_topic: Callable[..., str],
    kafka_bootstrap: str,
    mongo_client: MongoClient[dict[str, Any]],
    lines: list[SoldLine],
) -> None:
    where = new_site(new_topic()).with_settings(stream__pause_for_requests="false")
    database = mongo_client[where.settings.mongo.database]
    for end in (300, 600):
        _send_in_transactions(kafka_bootstrap, where.settings.kafka.topic, lines[end - 300 : end], 50)
        run_stream(where)
        after = take(database)
        check(after)
        check_counts(after, expected_of(lines[:end]))
    assert verify_topic(database, where.settings).ok
