"""Kafka and MongoDB in containers that testcontainers starts and removes."""

import importlib.util
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from deploy.local import kafka, mongo
from deploy.local.processes import poll
from shared.adapters.jars.paths import Say
from shared.errors import ServiceUnavailable

# numeric tags: the Kafka container reads its version from the tag
KAFKA_IMAGE = "confluentinc/cp-kafka:7.9.1"
MONGO_IMAGE = "mongo:8.0"


def start(names: Sequence[str], stack: ExitStack, say: Say) -> dict[str, tuple[str, str]]:
    """Start a container for each of `names`; return address and description of each.

    Raises
    ------
    ServiceUnavailable : testcontainers is not installed, or no container engine answers.
    """
    if importlib.util.find_spec("testcontainers") is None:
        msg = "Docker was asked for, which needs a package: pip install 'testcontainers>=4.15,<5'"
        raise ServiceUnavailable(msg)
    from docker.errors import (  # type: ignore[import-untyped]  # noqa: PLC0415  installed for tests only
        DockerException,
    )

    starters = {kafka.NAME: _start_kafka, mongo.NAME: _start_mongo}
    try:
        return {name: starters[name](stack, say) for name in names}
    except DockerException as error:
        msg = f"Docker was asked for, but no engine answers ({error}); start it, or use the embedded services"
        raise ServiceUnavailable(msg) from error


def _start_kafka(stack: ExitStack, say: Say) -> tuple[str, str]:
    from testcontainers.community.kafka import KafkaContainer  # noqa: PLC0415  installed for tests only

    say(f"starting {KAFKA_IMAGE}")
    container = KafkaContainer(KAFKA_IMAGE).with_kraft()  # without it: ZooKeeper
    container.with_env("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false").with_env("KAFKA_LOG_RETENTION_MS", "-1")
    container.with_env("KAFKA_MESSAGE_MAX_BYTES", str(10 * 1024 * 1024))
    container.start(timeout=120)
    stack.callback(container.stop)
    return container.get_bootstrap_server(), f"container {KAFKA_IMAGE}"


def _start_mongo(stack: ExitStack, say: Say) -> tuple[str, str]:
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415  installed for tests only
    from testcontainers.core.wait_strategies import LogMessageWaitStrategy  # noqa: PLC0415

    say(f"starting {MONGO_IMAGE}")
    container: Any = DockerContainer(MONGO_IMAGE).with_exposed_ports(27017)
    container.with_command("--replSet rs0 --bind_ip_all").waiting_for(
        LogMessageWaitStrategy("Waiting for connections")
    )
    container.start()
    stack.callback(container.stop)
    host, port = container.get_container_host_ip(), int(container.get_exposed_port(27017))
    if not poll(lambda: mongo.becomes_primary(host, port, member="127.0.0.1:27017"), deadline_s=60.0):
        msg = f"the MongoDB container at {host}:{port} took no writes within 60 s; see docker logs"
        raise ServiceUnavailable(msg)
    # inside, the member is called otherwise: a direct connection does not ask for names
    return f"mongodb://{host}:{port}/?directConnection=true", f"container {MONGO_IMAGE}"
