"""Topics on the real broker."""

import uuid
from collections.abc import Callable, Iterator

import pytest
from kafka import KafkaAdminClient, KafkaProducer

from shared.adapters.kafka_topics import (
    DEAD_LETTER_BYTES,
    beginning_and_end_offsets,
    ensure_topics,
    topic_id,
)
from shared.errors import ServiceUnavailable
from shared.settings import KafkaSettings

TopicFactory = Callable[..., str]


@pytest.fixture
def topics(kafka_admin: KafkaAdminClient) -> Iterator[KafkaSettings]:
    name = f"transactions-{uuid.uuid4().hex[:12]}"
    settings = KafkaSettings(topic=name, dead_letter_topic=f"{name}.dlq", partitions=3)
    yield settings
    made = set(kafka_admin.list_topics()) & {settings.topic, settings.dead_letter_topic}
    if made:
        kafka_admin.delete_topics(list(made))


def test_both_topics_are_created_once(kafka_bootstrap: str, topics: KafkaSettings) -> None:
    planned = ensure_topics(kafka_bootstrap, topics, dry_run=True)

    assert ensure_topics(kafka_bootstrap, topics) == planned
    assert planned == [
        f"topic {topics.topic} (3 partitions)",
        f"topic {topics.dead_letter_topic} (3 partitions)",
    ]
    assert ensure_topics(kafka_bootstrap, topics) == []
    assert sorted(beginning_and_end_offsets(kafka_bootstrap, topics.topic)) == [0, 1, 2]


def test_the_dead_letter_topic_takes_ten_megabytes(kafka_bootstrap: str, topics: KafkaSettings) -> None:
    ensure_topics(kafka_bootstrap, topics)
    large = b"x" * (DEAD_LETTER_BYTES - 4096)

    producer = KafkaProducer(bootstrap_servers=kafka_bootstrap, max_request_size=2 * DEAD_LETTER_BYTES)
    try:
        producer.send(topics.dead_letter_topic, large, partition=0).get(timeout=60)
    finally:
        producer.close()

    assert beginning_and_end_offsets(kafka_bootstrap, topics.dead_letter_topic)[0] == (0, 1)


def test_a_topic_made_anew_under_its_old_name_has_another_id(
    kafka_bootstrap: str, kafka_admin: KafkaAdminClient, topics: KafkaSettings
) -> None:
    ensure_topics(kafka_bootstrap, topics)
    first = topic_id(kafka_bootstrap, topics.topic)
    assert topic_id(kafka_bootstrap, topics.topic) == first

    kafka_admin.delete_topics([topics.topic])
    ensure_topics(kafka_bootstrap, topics)

    assert topic_id(kafka_bootstrap, topics.topic) != first


def test_a_missing_topic_names_the_command_that_makes_it(kafka_bootstrap: str) -> None:
    for read in (topic_id, beginning_and_end_offsets):
        with pytest.raises(ServiceUnavailable, match="resegment init"):
            read(kafka_bootstrap, "never-made")


@pytest.mark.parametrize("servers", ["127.0.0.1:1", "127.0.0.1:1,localhost", "nonsense"])
def test_a_broker_that_is_not_there_is_named(servers: str) -> None:
    with pytest.raises(ServiceUnavailable, match=f"at {servers} .*resegment services up"):
        topic_id(servers, "transactions")
