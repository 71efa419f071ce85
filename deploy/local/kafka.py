"""A Kafka broker of one node (KRaft: broker and controller in one process) on the loopback address."""

import logging
import subprocess
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from deploy.local.processes import Identity, accepts, free_port, wait_until
from shared.adapters.jars.java import find_java
from shared.adapters.jars.paths import Say
from shared.adapters.jars.sets import kafka_jars
from shared.errors import ServiceUnavailable

NAME = "kafka"
STOP_GRACE_S = 20.0
_READY_DEADLINE_S = 90.0
_HEAP = "-Xmx512m"

_LOGGING = """
rootLogger.level = WARN
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %p %c{1}: %m%n
logger.server.name = kafka.server.KafkaRaftServer
logger.server.level = INFO
logger.broker.name = kafka.server.BrokerServer
logger.broker.level = INFO
"""


def uri(port: int) -> str:
    """Return the bootstrap address for clients."""
    return f"127.0.0.1:{port}"


def command(folder: Path, port: int, say: Say) -> list[str]:
    """Write the settings, format the data folder the first time, and return what starts the broker."""
    java = [str(find_java()), _HEAP, "-XX:+UseSerialGC", "-Djava.awt.headless=true"]
    java += [f"-Dlog4j2.configurationFile={folder.absolute() / 'log4j2.properties'}"]
    java += ["-cp", ":".join(str(jar) for jar in kafka_jars(say))]
    settings = folder.absolute() / "server.properties"
    settings.write_text(_settings(folder.absolute() / "data", port, free_port()), "utf-8")
    (folder / "log4j2.properties").write_text(_LOGGING, "utf-8")
    if not (folder / "data" / "meta.properties").exists():
        # in one word: an id may begin with a dash, and then reads like an option
        cluster = f"--cluster-id={_new_cluster_id()}"
        _format([*java, "kafka.tools.StorageTool", "format", cluster, "--config", str(settings)])
    return [*java, "kafka.Kafka", str(settings)]


def await_ready(port: int, *, identity: Identity, log: Path) -> None:
    """Return once the broker has registered itself and answers clients; raises ServiceUnavailable."""
    wait_until(
        lambda: accepts(port) and _answers(port),
        what="the Kafka broker",
        identity=identity,
        log=log,
        deadline_s=_READY_DEADLINE_S,
    )


def _answers(port: int) -> bool:
    client_log = logging.getLogger("kafka")
    level = client_log.level
    client_log.setLevel(logging.CRITICAL)  # refused connections are expected here
    try:
        admin = KafkaAdminClient(bootstrap_servers=uri(port), request_timeout_ms=5_000)
        try:
            return bool(admin.describe_cluster()["brokers"])
        finally:
            admin.close()
    except KafkaError:
        return False
    finally:
        client_log.setLevel(level)


def _format(format_command: list[str]) -> None:
    done = subprocess.run(
        format_command, capture_output=True, text=True, timeout=_READY_DEADLINE_S, check=False
    )
    if done.returncode != 0:
        said = (done.stdout + done.stderr)[-1_500:]
        msg = f"the Kafka data folder could not be formatted (code {done.returncode}): {said}"
        raise ServiceUnavailable(msg)


def _new_cluster_id() -> str:
    return urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")


def _settings(data: Path, port: int, controller_port: int) -> str:
    settings = {
        "process.roles": "broker,controller",
        "node.id": 1,
        # static voters are read anew at each start, so the controller's port may change between starts
        "controller.quorum.voters": f"1@127.0.0.1:{controller_port}",
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
        "log.dirs": data,
        "auto.create.topics.enable": "false",
        "message.max.bytes": 10 * 1024 * 1024,  # a dead letter carries the whole original record
        # events are stamped with when they happened, years ago in a replay: time must not expire them
        "log.retention.ms": -1,
        "offsets.topic.replication.factor": 1,
        "offsets.topic.num.partitions": 4,  # the default of 50 costs seconds at the first consumer
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "transaction.state.log.num.partitions": 4,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
        "share.coordinator.state.topic.num.partitions": 4,
        "group.initial.rebalance.delay.ms": 0,
        "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,  # the default takes a quarter of the heap
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())
