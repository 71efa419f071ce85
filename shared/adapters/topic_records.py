"""Every record of a topic from its beginning, for whoever counts them once more."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from shared.errors import ServiceUnavailable

BOOTSTRAP_TIMEOUT_MS = 15_000
SILENCE_MS = 30_000
"""A broker that sends nothing for so long, though it has records, has stopped serving."""


class Record(NamedTuple):
    """What a recount needs of a record."""

    partition: int
    offset: int
    timestamp_ms: int
    value: bytes | None


def read_records(servers: str, topic: str, ends: Mapping[int, int]) -> Iterator[list[Record]]:
    """Yield portions of all records before `ends`; within a partition in offset order.

    Parameters
    ----------
    ends : partition -> offset to stop before; it must exist by now, or this waits for it.

    Raises
    ------
    ServiceUnavailable : no broker answers, or it stops doing so.
    """
    wanted = {TopicPartition(topic, number): end for number, end in ends.items() if end > 0}
    if not wanted:
        return
    try:
        consumer = _open(servers)
        try:
            consumer.assign(list(wanted))
            consumer.seek_to_beginning()
            yield from _portions(consumer, wanted)
        finally:
            consumer.close()
    except (KafkaError, OSError) as error:
        msg = (
            f"Kafka at {servers} stopped answering ({type(error).__name__}); see `resegment services status`"
        )
        raise ServiceUnavailable(msg) from error


def _open(servers: str) -> KafkaConsumer:
    return KafkaConsumer(
        bootstrap_servers=servers.split(","),
        bootstrap_timeout_ms=BOOTSTRAP_TIMEOUT_MS,
        group_id=None,
        enable_auto_commit=False,
        # few large portions: the cost is per request and per poll, not per byte
        max_poll_records=20_000,
        fetch_max_bytes=64 * 2**20,
        max_partition_fetch_bytes=16 * 2**20,
    )


def _portions(consumer: KafkaConsumer, wanted: dict[TopicPartition, int]) -> Iterator[list[Record]]:
    open_partitions = dict(wanted)
    while open_partitions:
        polled = consumer.poll(timeout_ms=SILENCE_MS)
        for partition, records in polled.items():
            end = wanted[partition]
            yield [Record(r.partition, r.offset, r.timestamp, r.value) for r in records if r.offset < end]
        # the position, not the last record: compaction and transactions leave gaps before `end`
        done = [
            partition for partition, end in open_partitions.items() if consumer.position(partition) >= end
        ]
        if not polled and not done:
            partition = next(iter(open_partitions))
            msg = f"Kafka sent nothing for {SILENCE_MS // 1000} s, offset {consumer.position(partition)} on"
            raise ServiceUnavailable(f"{msg} of {partition}; see `resegment services status`")  # noqa: EM102
        for partition in done:
            del open_partitions[partition]
            consumer.pause(partition)
