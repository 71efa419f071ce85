"""One broker and one mongod for the whole run, and the rule that a required tier may not be skipped."""

import os
import signal
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

# Few examples on every run, fewer while working (make quick), many where they are asked for (as CI does)
settings.register_profile("brief", max_examples=5, deadline=None)
settings.register_profile("quick", max_examples=20, deadline=None)
settings.register_profile("thorough", max_examples=200, deadline=None)
settings.load_profile("quick")

# The tables are small: a second OpenMP thread spins more than it helps. Read when scikit-learn is loaded.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# A shell's background job ignores Ctrl-C and would hand that down to the processes that tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

if TYPE_CHECKING:
    from kafka import KafkaAdminClient
    from pymongo import MongoClient
    from pymongo.database import Database

    from deploy.local.local_services import Services

TESTS = Path(__file__).parent
TIERS = ("spark", "integration", "e2e", "browser", "ops")

TopicFactory = Callable[..., str]


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> "Iterator[Services]":
    """Kafka and MongoDB: from the environment, from Docker with RESEG_TEST_SERVICES=docker, else embedded."""
    from deploy.local.local_services import resolve  # noqa: PLC0415  the unit tier loads no client

    choice: Any = os.environ.get("RESEG_TEST_SERVICES", "embedded")
    reporter = pytestconfig.pluginmanager.get_plugin("terminalreporter")

    def say(line: str) -> None:
        with pytestconfig.pluginmanager.get_plugin("capturemanager").global_and_fixture_disabled():
            reporter.write_line(f"services: {line}")

    with resolve(choice, folder=tmp_path_factory.mktemp("services"), say=say) as found:
        say(found.how)
        yield found


@pytest.fixture(scope="session")
def kafka_bootstrap(services: "Services") -> str:
    """Return the address of the run's broker."""
    return services.kafka_bootstrap


@pytest.fixture(scope="session")
def mongo_uri(services: "Services") -> str:
    """Return the connection string of the run's replica set."""
    return services.mongo_uri


@pytest.fixture(scope="session")
def mongo_client(mongo_uri: str) -> "Iterator[MongoClient[dict[str, Any]]]":
    """Share one aware-datetime client among all tests."""
    from pymongo import MongoClient  # noqa: PLC0415  see services

    with MongoClient(mongo_uri, tz_aware=True) as client:
        yield client


@pytest.fixture
def mongo_database(mongo_client: "MongoClient[dict[str, Any]]") -> "Iterator[Database[dict[str, Any]]]":
    """Give the test a database that nobody else has, and drop it afterwards."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    yield mongo_client[name]
    mongo_client.drop_database(name)


@pytest.fixture(scope="session")
def kafka_admin(kafka_bootstrap: str) -> "Iterator[KafkaAdminClient]":
    """Share one admin client among all tests."""
    from kafka import KafkaAdminClient  # noqa: PLC0415  see services

    admin = KafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    yield admin
    admin.close()


@pytest.fixture
def topic_factory(kafka_admin: "KafkaAdminClient") -> Iterator[TopicFactory]:
    """Give a function that creates a topic nobody else has; they are deleted after the test."""
    made: list[str] = []

    def create(
        name: str = "transactions", *, n_partitions: int = 1, configs: dict[str, str] | None = None
    ) -> str:
        topic = f"{name}-{uuid.uuid4().hex[:12]}"
        options = {"num_partitions": n_partitions, "replication_factor": 1, "configs": configs or {}}
        kafka_admin.create_topics({topic: options}, timeout_ms=30_000, wait_for_metadata=True)
        made.append(topic)
        return topic

    yield create
    if made:
        kafka_admin.delete_topics(made)


# --- required tiers ---------------------------------------------------------------------------------------


def _tier(nodeid: str) -> str | None:
    parts = nodeid.partition("::")[0].split("/")
    return next((tier for tier in TIERS if tier in parts[:2]), None)


def _required() -> tuple[str, ...] | None:
    """Return the tiers that must run; with CI set and none named, those that were collected."""
    named = os.environ.get("RESEG_REQUIRE_TIERS", "")
    if named:
        return tuple(named.replace(",", " ").split())
    return () if os.environ.get("CI") == "true" else None


class RequiredTiers:
    """Fail the run when a tier that must run was skipped, in part or as a whole."""

    def __init__(self, required: tuple[str, ...]) -> None:
        self.problems: list[str] = []
        self.unseen = set(required)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        tier = _tier(report.nodeid)
        if tier is None:
            return
        if report.skipped and not hasattr(report, "wasxfail"):
            self.problems.append(f"{report.nodeid} was skipped, and {tier} tests must run here")
        elif report.when == "call":
            self.unseen.discard(tier)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if session.config.option.collectonly:
            return
        self.problems += [f"no {tier} test ran, and they must run here" for tier in sorted(self.unseen)]
        if self.problems and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        for problem in self.problems:
            terminalreporter.write_line(f"REQUIRED TIER: {problem}", red=True)


def pytest_configure(config: pytest.Config) -> None:
    """Switch the rule on where the environment asks for it."""
    required = _required()
    if required is not None:
        config.pluginmanager.register(RequiredTiers(required), "required-tiers")
