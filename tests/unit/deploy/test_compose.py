"""The compose file: what each service must have, checked without a container engine."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
JOBS = ("init", "stream", "recluster", "alerts", "metrics")
ON_REQUEST = ("prometheus", "alertmanager", "grafana")

# the keys of the Compose specification that this file uses: a misspelt one would be refused by the engine
SERVICE_KEYS = {
    "image", "build", "user", "init", "read_only", "tmpfs", "cap_drop", "security_opt", "environment",
    "volumes", "command", "mem_limit", "restart", "healthcheck", "depends_on", "ports", "stop_grace_period",
    "profiles",
}  # fmt: skip
HEALTH_KEYS = {"test", "interval", "timeout", "retries", "start_period", "disable"}
CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}

every_service = pytest.mark.parametrize("name", SERVICES)


def test_the_file_has_the_expected_services() -> None:
    assert set(SERVICES) == {"kafka", "mongo", *JOBS, *ON_REQUEST}
    assert {key for key in COMPOSE if not key.startswith("x-")} == {"name", "services", "volumes"}


@every_service
def test_keys_are_those_of_the_specification(name: str) -> None:
    service = SERVICES[name]

    assert service.keys() <= SERVICE_KEYS
    assert service["healthcheck"].keys() <= HEALTH_KEYS
    assert all(need["condition"] in CONDITIONS for need in service.get("depends_on", {}).values())
    assert all(need in SERVICES for need in service.get("depends_on", {}))


@every_service
def test_a_service_runs_without_root_and_within_limits(name: str) -> None:
    service = SERVICES[name]

    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"])
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert re.fullmatch(r"\d+[mg]", service["mem_limit"])


@every_service
def test_a_port_is_published_on_the_loopback_address_only(name: str) -> None:
    assert all(str(port).startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


@every_service
def test_an_image_is_pinned_by_its_version(name: str) -> None:
    assert re.search(r":v?\d+\.\d+(\.\d+)?$", SERVICES[name]["image"])


@every_service
def test_the_root_file_system_is_read_only_where_the_image_allows(name: str) -> None:
    assert SERVICES[name].get("read_only", False) or name == "kafka"


@every_service
def test_named_volumes_are_declared(name: str) -> None:
    sources = {volume.partition(":")[0] for volume in SERVICES[name].get("volumes", [])}

    assert {source for source in sources if not source.startswith("./")} <= COMPOSE["volumes"].keys()
    assert all((ROOT / source).exists() for source in sources if source.startswith("./"))


def test_what_watches_runs_on_request_only() -> None:
    assert {name for name in SERVICES if "profiles" in SERVICES[name]} == set(ON_REQUEST)


def test_jobs_wait_for_healthy_services_and_a_finished_init() -> None:
    healthy = {"kafka": {"condition": "service_healthy"}, "mongo": {"condition": "service_healthy"}}

    assert SERVICES["init"]["depends_on"] == healthy
    for job in JOBS[1:]:
        assert SERVICES[job]["depends_on"] == healthy | {
            "init": {"condition": "service_completed_successfully"}
        }


def test_everything_that_stays_up_has_a_health_check() -> None:
    assert all("test" in SERVICES[name]["healthcheck"] for name in SERVICES if name != "init")


def test_the_broker_keeps_old_records_and_makes_no_topic_by_itself() -> None:
    environment = SERVICES["kafka"]["environment"]

    assert environment["KAFKA_LOG_RETENTION_MS"] == "-1"
    assert environment["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"


def test_jobs_are_verbs_of_the_command_line() -> None:
    assert all((ROOT / "cli" / f"{SERVICES[job]['command'][0]}.py").exists() for job in JOBS)


def test_the_image_leaves_root_and_installs_by_hash() -> None:
    lines = (ROOT / "deploy" / "Dockerfile").read_text("utf-8").splitlines()

    assert [line for line in lines if line.startswith("USER ")] == ["USER 10001:10001"]
    assert any("python -m deploy.setup build runtime" in line for line in lines)
    assert 'ENTRYPOINT ["resegment"]' in lines


def test_the_image_is_given_every_package() -> None:
    allowed = (ROOT / ".dockerignore").read_text("utf-8").splitlines()

    packages = [path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "benchmarks"]
    assert [name for name in packages if f"!{name}" not in allowed] == []


def test_docker_compose_accepts_the_file() -> None:
    docker = shutil.which("docker")
    if (
        docker is None
        or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode
    ):
        pytest.skip("docker compose is not installed here: the file's structure was checked without it")
    done = subprocess.run(
        [docker, "compose", "-f", str(ROOT / "docker-compose.yml"), "config", "--quiet"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
