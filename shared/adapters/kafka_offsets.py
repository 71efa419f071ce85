"""How far a topic reaches: the offset after the newest record of each partition."""

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from shared.errors import ServiceUnavailable

TIMEOUT_MS = 3_000
"""A reader wants an answer or a clear no; a healthy broker answers in a few ms."""


def end_offsets(servers: str, topic: str) -> dict[int, int]:
    """Read the end offset of each partition; empty if there is no such topic.

    Raises
    ------
    ServiceUnavailable : no broker answers.
    """
    try:
        consumer = KafkaConsumer(bootstrap_servers=servers.split(","), bootstrap_timeout_ms=TIMEOUT_MS)
        try:
            partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic)]
            ends = consumer.end_offsets(partitions, timeout_ms=TIMEOUT_MS) if partitions else {}
        finally:
            consumer.close()
    except (KafkaError, OSError) as error:
        msg = (
            f"Kafka at {servers} did not answer within {TIMEOUT_MS // 1000} s ({type(error).__name__}); "
            "start one with `resegment services up` or correct kafka.bootstrap_servers"
        )
        raise ServiceUnavailable(msg) from None
    return {partition.partition: offset for partition, offset in ends.items()}
