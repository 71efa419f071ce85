"""State files: a dead or reused process id is never taken for a running service."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from deploy.local import local_services, mongo
from deploy.local.processes import free_port, launch, telling, wait_until
from deploy.local.state import ServiceRecord, read_record, read_status, write_record
from shared.adapters.jars.paths import silent
from shared.errors import ServiceUnavailable


def record(pid: int, created: float, port: int = 9) -> ServiceRecord:
    return ServiceRecord("kafka", pid, created, port, f"127.0.0.1:{port}", None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "kafka").mkdir()
    return tmp_path


@pytest.fixture
def listener() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def own_creation() -> float:
    return psutil.Process().create_time()


def test_a_record_is_read_back(folder: Path) -> None:
    written = record(os.getpid(), own_creation())
    write_record(folder, written)

    assert read_record(folder, "kafka") == written


def test_a_live_process_that_listens_is_running(folder: Path, listener: int) -> None:
    write_record(folder, record(os.getpid(), own_creation(), listener))

    status = read_status(folder, "kafka")

    assert (status.state, status.pid, status.uri) == ("running", os.getpid(), f"127.0.0.1:{listener}")


def test_a_live_process_that_does_not_listen_is_starting(folder: Path) -> None:
    write_record(folder, record(os.getpid(), own_creation(), free_port()))

    assert read_status(folder, "kafka").state == "starting"


def test_a_dead_process_is_stale(folder: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        created = psutil.Process(process.pid).create_time()
    write_record(folder, record(process.pid, created))

    status = read_status(folder, "kafka")

    assert (status.state, status.pid) == ("stale", None)


def test_a_process_id_that_somebody_else_has_now_is_stale_and_left_alone(folder: Path) -> None:
    write_record(folder, record(os.getpid(), own_creation() - 60))

    assert read_status(folder, "kafka").state == "stale"
    assert local_services.down(folder) == []
    assert read_status(folder, "kafka").state == "stopped"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": 1}', '{"name": "kafka", "more": 1}'])
def test_an_unreadable_state_file_counts_as_none(folder: Path, content: str) -> None:
    (folder / "kafka" / "state.json").write_text(content, "utf-8")

    assert read_status(folder, "kafka").state == "stopped"


def test_down_where_nothing_ever_ran_says_so(tmp_path: Path) -> None:
    assert local_services.down(tmp_path / "never") == []


def test_a_preferred_port_is_kept_while_it_is_free(listener: int) -> None:
    free = free_port()

    assert free_port(preferred=free) == free
    assert free_port(preferred=listener) != listener


def test_a_service_that_ends_while_starting_is_reported_with_its_last_words(tmp_path: Path) -> None:
    log = tmp_path / "kafka.log"
    command = [sys.executable, "-c", "print('bind failed'); raise SystemExit(1)"]
    launched = launch(command, log=log, owned=False, grace_s=1.0)

    with pytest.raises(ServiceUnavailable, match=r"(?s)the broker ended while starting; see .*bind failed"):
        wait_until(lambda: False, what="the broker", identity=launched.identity, log=log, deadline_s=30.0)


def test_a_command_that_does_not_exist_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ServiceUnavailable, match="could not be started"):
        launch([str(tmp_path / "absent")], log=tmp_path / "log", owned=True, grace_s=1.0)


def test_the_telling_lines_of_a_log_are_those_that_speak_of_an_error(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("fine\nERROR port in use\n  at one\n  at two\n", "utf-8")

    assert telling(log) == "ERROR port in use"


def test_given_addresses_are_used_and_nothing_is_started(tmp_path: Path) -> None:
    environ = {
        local_services.KAFKA_VARIABLE: "broker:9092",
        local_services.MONGO_VARIABLE: "mongodb://u:secret@db/",
    }

    with local_services.resolve(folder=tmp_path / "none", environ=environ) as found:
        assert (found.kafka_bootstrap, found.mongo_uri) == ("broker:9092", "mongodb://u:secret@db/")
        assert found.how == "Kafka: as configured; MongoDB: as configured"
    assert not (tmp_path / "none").exists()


def test_an_argument_wins_over_the_environment() -> None:
    environ = {local_services.KAFKA_VARIABLE: "broker:9092", local_services.MONGO_VARIABLE: "mongodb://db/"}

    with local_services.resolve(kafka_bootstrap="other:1", environ=environ) as found:
        assert found.kafka_bootstrap == "other:1"


def test_docker_without_an_engine_is_said_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")

    with pytest.raises(ServiceUnavailable, match=r"no engine answers .*use the embedded services"):
        local_services.resolve("docker", folder=tmp_path, environ={})


def test_a_mongod_without_its_run_bit_is_copied_to_the_cache_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = tmp_path / "mongod"
    shipped.write_bytes(b"#!/bin/sh\n")
    shipped.chmod(0o444)
    wheel = SimpleNamespace(version="0.4.0", locate_file=lambda _: shipped)
    monkeypatch.setattr(mongo.importlib.metadata, "distribution", lambda _: wheel)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    program = Path(mongo.command(tmp_path / "mongo", 1, silent)[0])

    assert program.parent == tmp_path / "cache" / "resegment"
    assert os.access(program, os.X_OK)
    assert program.read_bytes() == shipped.read_bytes()


def test_no_mongod_for_this_machine_is_said_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mongo, "_WHEEL", "no-such-wheel")

    with pytest.raises(ServiceUnavailable, match=r"resegment\[embedded\].*RESEG_MONGO__URI"):
        mongo.command(tmp_path, 1, silent)
