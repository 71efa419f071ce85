"""Send records as they are, poison included."""

from collections.abc import Iterable

from kafka import KafkaProducer

from tests.support.poison_case import KAFKA_TIME, PoisonCase

MAX_RECORD_BYTES = 12_000_000
"""Give the topic `max.message.bytes` of this size for the oversized case."""


def send_cases(
    servers: str, topic: str, cases: Iterable[PoisonCase], *, partition: int | None = None
) -> list[tuple[int, int]]:
    """Send in order and wait; return (partition, offset) of each record.

    Parameters
    ----------
    partition : for all of them; None leaves it to the key.
    """
    producer = KafkaProducer(bootstrap_servers=servers.split(","), max_request_size=MAX_RECORD_BYTES)
    timestamp_ms = round(KAFKA_TIME.timestamp() * 1000)
    try:
        futures = [
            producer.send(topic, case.value, case.key, list(case.headers), partition, timestamp_ms)
            for case in cases
        ]
        places = [future.get(timeout=60) for future in futures]
    finally:
        producer.close()
    return [(place.partition, place.offset) for place in places]
