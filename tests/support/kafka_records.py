"""Send records as they are, poison included."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from tests.support.poison_case import KAFKA_TIME, PoisonCase
from tests.support.shop import SoldLine

MAX_RECORD_BYTES = 12_000_000
"""Give the topic `max.message.bytes` of this size for the oversized case."""

_DEADLINE_S = 120


class Record(NamedTuple):
    """What a producer is given; without a partition, the key decides."""

    value: bytes | None
    key: bytes | None
    headers: list[tuple[str, bytes]]
    partition: int | None
    timestamp_ms: int


def of_line(line: SoldLine) -> Record:
    return Record(line.value(), line.key, [], line.partition, line.arrival_ms)


def of_case(case: PoisonCase, timestamp_ms: int, partition: int | None = None) -> Record:
    return Record(case.value, case.key, list(case.headers), partition, timestamp_ms)


def send(servers: str, topic: str, records: Iterable[Record]) -> list[tuple[int, int]]:
    """Send in order and wait; return (partition, offset) of each record."""
    producer = KafkaProducer(
        bootstrap_servers=servers.split(","), acks="all", linger_ms=20, max_request_size=MAX_RECORD_BYTES
    )
    try:
        futures = [producer.send(topic, *record) for record in records]
        producer.flush(timeout=_DEADLINE_S)
        places = [future.get(timeout=_DEADLINE_S) for future in futures]
    finally:
        producer.close()
    return [(place.partition, place.offset) for place in places]


def send_cases(
    servers: str, topic: str, cases: Iterable[PoisonCase], *, partition: int | None = None
) -> list[tuple[int, int]]:
    """Send poison under the Kafka time it is made for."""
    timestamp_ms = round(KAFKA_TIME.timestamp() * 1000)
    return send(servers, topic, [of_case(case, timestamp_ms, partition) for case in cases])


def send_lines(servers: str, topic: str, lines: Iterable[SoldLine]) -> None:
    """Send a shop's lines, each to its own partition."""
    send(servers, topic, map(of_line, lines))


def read_all(servers: str, topic: str) -> list[Any]:
    """Read a topic from its beginning to its end as of now."""
    consumer = KafkaConsumer(bootstrap_servers=servers.split(","), enable_auto_commit=False)
    try:
        partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
        consumer.assign(partitions)
        consumer.seek_to_beginning()
        ends = consumer.end_offsets(partitions)
        found: list[Any] = []
        while any(consumer.position(partition) < end for partition, end in ends.items()):
            polled = consumer.poll(timeout_ms=1_000)
            found += [record for records in polled.values() for record in records]
    finally:
        consumer.close()
    return found
