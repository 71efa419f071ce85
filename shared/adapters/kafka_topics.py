"""Kafka topics: made where they are missing, told apart by their id, measured by their offsets."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import KafkaError, TopicAlreadyExistsError

from shared.errors import ServiceUnavailable
from shared.settings import KafkaSettings

TIMEOUT_MS = 15_000
"""A fresh broker may elect leaders first; a healthy one answers in a few ms."""

DEAD_LETTER_BYTES = 10 * 1024 * 1024
"""A dead letter carries the original bytes and why it was refused: it must fit whatever the input let in."""


def ensure_topics(servers: str, settings: KafkaSettings, *, dry_run: bool = False) -> list[str]:
    """Create the input and the dead-letter topic where they are missing; existing ones are left alone.

    Returns what was created, or with `dry_run` what would be, one line each.

    Raises
    ------
    ServiceUnavailable : no broker answers, or it refuses.
    """
    wanted: dict[str, dict[str, Any]] = {
        settings.topic: {"num_partitions": settings.partitions},
        settings.dead_letter_topic: {
            "num_partitions": settings.partitions,
            "configs": {"max.message.bytes": str(DEAD_LETTER_BYTES)},
        },
    }
    with _admin(servers) as admin:
        present = set(admin.list_topics())
        missing = {name: options for name, options in wanted.items() if name not in present}
        created = (
            list(missing) if dry_run else [name for name in missing if _create(admin, name, missing[name])]
        )
    return [f"topic {name} ({wanted[name]['num_partitions']} partitions)" for name in created]


def topic_id(servers: str, topic: str) -> str:
    """Return the id that a topic got when it was created; one made anew under the same name has another.

    Raises
    ------
    ServiceUnavailable : no broker answers, or it has no such topic.
    """
    with _admin(servers) as admin:
        found = next((entry for entry in admin.describe_topics([topic]) if entry["name"] == topic), None)
    if found is None or found["error_code"] != 0:
        raise ServiceUnavailable(_no_topic(servers, topic))
    return str(found["topic_id"])


def beginning_and_end_offsets(
    servers: str, topic: str, *, timeout_ms: int = TIMEOUT_MS
) -> dict[int, tuple[int, int]]:
    """Return per partition the offset of the oldest record kept and the one after the newest.

    Raises
    ------
    ServiceUnavailable : no broker answers, or it has no such topic.
    """
    with _reaching(servers, timeout_ms):
        consumer = KafkaConsumer(bootstrap_servers=servers.split(","), bootstrap_timeout_ms=timeout_ms)
        try:
            numbers = consumer.partitions_for_topic(topic) or set()
            partitions = [TopicPartition(topic, number) for number in sorted(numbers)]
            begins = consumer.beginning_offsets(partitions, timeout_ms=timeout_ms) if partitions else {}
            ends = consumer.end_offsets(partitions, timeout_ms=timeout_ms) if partitions else {}
        finally:
            consumer.close()
    if not partitions:
        raise ServiceUnavailable(_no_topic(servers, topic))
    return {partition.partition: (begins[partition], ends[partition]) for partition in partitions}


@contextmanager
def _admin(servers: str) -> Iterator[KafkaAdminClient]:
    with _reaching(servers, TIMEOUT_MS):
        admin = KafkaAdminClient(bootstrap_servers=servers.split(","), bootstrap_timeout_ms=TIMEOUT_MS)
        try:
            yield admin
        finally:
            admin.close()


@contextmanager
def _reaching(servers: str, timeout_ms: int) -> Iterator[None]:
    try:
        _knock(servers)
        yield
    except (KafkaError, OSError) as error:
        msg = (
            f"Kafka should answer at {servers} within {timeout_ms // 1000} s; got {type(error).__name__}; "
            "start one with `resegment services up`, or correct kafka.bootstrap_servers"
        )
        raise ServiceUnavailable(msg) from error


def _knock(servers: str) -> None:
    """Make sure that somebody listens: a client that fails to start leaves its thread and sockets behind."""
    for host, _, port in (server.strip().rpartition(":") for server in servers.split(",")):
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=TIMEOUT_MS / 1000).close()
        except (OSError, ValueError):
            continue
        return
    raise ConnectionRefusedError


def _create(admin: KafkaAdminClient, name: str, options: Mapping[str, Any]) -> bool:
    try:
        admin.create_topics({name: dict(options)}, timeout_ms=TIMEOUT_MS, wait_for_metadata=True)
    except TopicAlreadyExistsError:
        return False
    return True


def _no_topic(servers: str, topic: str) -> str:
    return f"topic {topic!r} should exist at {servers}; it does not; create it with `resegment init`"
