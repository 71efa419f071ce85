"""The embedded services as processes: what they offer, and that nothing of them stays behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType
from pymongo import MongoClient
from pymongo.database import Database

from deploy.local import local_services as local
from deploy.local.local_services import Services

DEADLINE_S = 60.0

OWNER = """
import sys, time
from pathlib import Path
from deploy.local.local_services import start_embedded
with start_embedded(Path(sys.argv[1])):
    print("ready", flush=True)
    time.sleep(600)
"""


def eventually(condition: Callable[[], bool], deadline_s: float = DEADLINE_S) -> bool:
    until = time.monotonic() + deadline_s
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "services"
    local.down(tmp_path / "services")


def processes(folder: Path) -> list[psutil.Process]:
    """Return guardians and services that work in `folder`, found by their command lines."""
    found = []
    for process in psutil.process_iter():
        try:
            line = " ".join(process.cmdline())
        except psutil.Error:
            continue
        if str(folder) in line and ("kafka.Kafka" in line or "mongod" in line):
            found.append(process)
    return found


@pytest.fixture
def owner(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RESEG_")}
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(folder)], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        process.kill()


def test_a_record_sent_is_read_back(kafka_bootstrap: str, topic_factory: Callable[..., str]) -> None:
    topic = topic_factory(n_partitions=3)
    producer = KafkaProducer(bootstrap_servers=kafka_bootstrap)
    sent = producer.send(topic, key=b"17850", value=b"a line", partition=2).get(timeout=DEADLINE_S)
    producer.close()

    consumer = KafkaConsumer(
        bootstrap_servers=kafka_bootstrap, auto_offset_reset="earliest", consumer_timeout_ms=60_000
    )
    consumer.assign([TopicPartition(topic, 2)])
    record = next(consumer)
    consumer.close()

    assert (record.offset, record.key, record.value) == (sent.offset, b"17850", b"a line")


def test_an_old_event_time_does_not_expire_a_record(kafka_admin: KafkaAdminClient) -> None:
    broker = ConfigResource(ConfigResourceType.BROKER, "1", configs=["log.retention.ms"])
    described = kafka_admin.describe_configs([broker], config_filter="all")

    assert described["broker"]["1"]["log.retention.ms"]["value"] == "-1"


def test_topics_are_not_made_by_misspelling_them(kafka_bootstrap: str, kafka_admin: KafkaAdminClient) -> None:
    producer = KafkaProducer(bootstrap_servers=kafka_bootstrap, max_block_ms=1_500)
    with pytest.raises(Exception, match=r"(?i)timeout|metadata|unknown"):
        producer.send("transactoins", b"x").get(timeout=10)
    producer.close()

    assert "transactoins" not in kafka_admin.list_topics()


def test_the_database_takes_majority_writes_and_snapshot_reads(
    mongo_database: Database[dict[str, Any]],
) -> None:
    client = mongo_database.client
    mongo_database["customers"].insert_one({"_id": 1})
    with client.start_session(snapshot=True) as session:
        before = mongo_database["customers"].count_documents({}, session=session)
        mongo_database["customers"].insert_one({"_id": 2})
        after = mongo_database["customers"].count_documents({}, session=session)

    assert (before, after) == (1, 1)


def test_services_listen_on_the_loopback_address_only(folder: Path) -> None:
    with local.start_embedded(folder):
        running = [psutil.Process(status.pid) for status in local.status(folder)]
        listening = [
            connection.laddr.ip.removeprefix("::ffff:")
            for process in running
            for connection in process.net_connections("inet")
            if connection.status == psutil.CONN_LISTEN
        ]

    assert len(listening) == 3  # broker, controller, mongod
    assert set(listening) == {"127.0.0.1"}


def test_closing_stops_everything_and_the_data_is_there_again_on_other_ports(folder: Path) -> None:
    with local.start_embedded(folder) as first:
        write(first)
    left = processes(folder)
    with local.start_embedded(folder) as second:
        kept = read(second)

    assert left == []
    assert second.mongo_uri != first.mongo_uri
    assert kept == (["kept"], 1)
    assert [status.state for status in local.status(folder)] == ["stopped", "stopped"]


def write(services: Services) -> None:
    admin = KafkaAdminClient(bootstrap_servers=services.kafka_bootstrap)
    admin.create_topics({"kept": {"num_partitions": 1}}, wait_for_metadata=True)
    admin.close()
    with MongoClient[dict[str, Any]](services.mongo_uri) as client:
        client["kept"]["documents"].insert_one({"_id": 1})


def read(services: Services) -> tuple[list[str], int]:
    admin = KafkaAdminClient(bootstrap_servers=services.kafka_bootstrap)
    topics = [topic for topic in admin.list_topics() if not topic.startswith("__")]
    admin.close()
    with MongoClient[dict[str, Any]](services.mongo_uri) as client:
        return topics, client["kept"]["documents"].count_documents({})


def test_kill_9_of_the_owner_leaves_no_process(folder: Path, owner: "subprocess.Popen[str]") -> None:
    assert len(processes(folder)) == 4  # two services, two guardians

    owner.kill()

    assert eventually(lambda: processes(folder) == [])
    assert [status.state for status in local.status(folder)] == ["stale", "stale"]


def test_kill_9_of_the_guardians_too_leaves_no_process(folder: Path, owner: "subprocess.Popen[str]") -> None:
    guardians = [process for process in processes(folder) if "guardian.py" in " ".join(process.cmdline())]
    owner.kill()
    for guardian in guardians:
        guardian.kill()

    assert eventually(lambda: processes(folder) == [])


def test_ctrl_c_leaves_no_process(folder: Path, owner: "subprocess.Popen[str]") -> None:
    owner.send_signal(signal.SIGINT)
    owner.wait(DEADLINE_S)

    assert processes(folder) == []
    assert [status.state for status in local.status(folder)] == ["stopped", "stopped"]


def run_cli(folder: Path, *arguments: str) -> tuple[int, Any, str]:
    code = "from cli.main import entry; entry()"
    command = [sys.executable, "-c", code, "services", *arguments]
    command += ["--json", "--set", f"services.folder={folder}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    return done.returncode, json.loads(done.stdout), done.stderr


def test_up_stays_until_down_and_each_says_so_when_repeated(folder: Path) -> None:
    code, first, _ = run_cli(folder, "up")
    code_again, second, said = run_cli(folder, "up")
    with local.resolve(folder=folder, environ={}) as borrowed:
        borrowed_mongo = borrowed.mongo_uri
    still = [status.state for status in local.status(folder)]
    _, stopped, _ = run_cli(folder, "down")
    _, stopped_again, _ = run_cli(folder, "down")

    assert (code, code_again) == (0, 0)
    assert first == second
    assert said.count("already runs") == 2
    assert borrowed_mongo == first[1]["uri"]
    assert still == ["running", "running"]
    assert stopped == {"stopped": ["mongo", "kafka"]}
    assert stopped_again == {"stopped": []}
    assert processes(folder) == []


def test_two_starts_at_once_give_one_pair_of_services(folder: Path) -> None:
    code = "import pathlib, sys; from deploy.local.local_services import up; up(pathlib.Path(sys.argv[1]))"
    both = [subprocess.Popen([sys.executable, "-c", code, str(folder)]) for _ in range(2)]

    assert [process.wait(DEADLINE_S * 2) for process in both] == [0, 0]
    assert len(processes(folder)) == 2
