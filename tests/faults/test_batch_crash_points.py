"""The batch job killed at every point, and two of them at once: readers see one whole model, or none."""

import json
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from cli.demonstration.children import environment
from shared.adapters.failpoints import BATCH_POINTS
from shared.adapters.mongo.collections import CUSTOMERS, LIVE_MODEL, REQUESTS, RUNS, ensure
from shared.adapters.mongo.models import load_champion
from shared.adapters.mongo.requests import file_request, open_requests
from tests.support.requests import is_open
from tests.support.still_shop import AS_OF, customers, live_model
from tests.support.streams import KILLED, Child, wait_until

Docs = Database[dict[str, Any]]
QUICK = {"model.k_min": "3", "model.k_max": "3", "model.n_starts": "1", "report.write": "false"}
N_REQUESTS = 100
DEADLINE_S = 400.0


@pytest.fixture
def database(mongo_database: Docs) -> Docs:
    ensure(mongo_database)
    mongo_database[CUSTOMERS].insert_many(customers(20))
    mongo_database[LIVE_MODEL].insert_one(live_model())
    return mongo_database


@contextmanager
def watching(database: Docs, mongo_uri: str, folder: Path, **variables: str) -> Iterator[Child]:
    """Run `resegment recluster --watch` while in this context."""
    settings = environment({**QUICK, "mongo.uri": mongo_uri, "mongo.database": database.name})
    folder.mkdir(exist_ok=True)
    child = Child(
        [sys.executable, "-m", "cli", "recluster", "--watch", "--json"], folder, settings | variables
    )
    try:
        yield child
    finally:
        child.end()


class Reader(threading.Thread):
    """Reads the champion without a pause; whatever it reads has to be whole."""

    def __init__(self, mongo_uri: str, name: str) -> None:
        super().__init__()
        self._uri, self._name, self._done = mongo_uri, name, threading.Event()
        self.versions: list[int] = []
        self.problems: list[Exception] = []

    def run(self) -> None:
        with MongoClient[dict[str, Any]](self._uri, tz_aware=True) as client:
            while not self._done.wait(0.01):
                try:
                    found = load_champion(client[self._name])
                except Exception as error:  # any is a failure, told by the test
                    self.problems.append(error)
                    return
                if found is not None:
                    assert found[0].version == found[1].version
                    self.versions.append(found[0].version)

    def __enter__(self) -> "Reader":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self.join(30)


def test_a_job_killed_at_every_point_leaves_one_whole_model_and_its_request_to_the_next(
    database: Docs, mongo_uri: str, tmp_path: Path
) -> None:
    file_request(database, "bootstrap", "main", AS_OF, "60 customers")
    with Reader(mongo_uri, database.name) as reader:
        for point in BATCH_POINTS:
            with watching(database, mongo_uri, tmp_path / point, RESEG_FAIL_AT=point) as child:
                assert child.wait() == KILLED, child.log
            assert is_open(database, "bootstrap:main"), point
        with watching(database, mongo_uri, tmp_path / "last") as child:
            child.until(lambda: not is_open(database, "bootstrap:main"), "the request")

    assert reader.problems == []
    assert len(set(reader.versions)) == 1, "the first to be promoted stays: nothing has changed since"
    runs = list(database[RUNS].find().sort("started_at"))
    assert len(runs) == len(BATCH_POINTS), "what the last one had recorded is not done again"
    assert runs[-1]["status"] == "done"
    assert {(run["status"], run["reason"]) for run in runs[:-1]} == {("failed", "the job was killed")}
    request = database[REQUESTS].find_one({"_id": "bootstrap:main"})
    assert request is not None
    assert (request["status"], request["run_id"]) == ("done", runs[-1]["_id"])


def test_two_watching_processes_serve_a_hundred_requests_once_each_though_one_is_killed(
    database: Docs, mongo_uri: str, tmp_path: Path
) -> None:
    with (
        Reader(mongo_uri, database.name) as reader,
        watching(database, mongo_uri, tmp_path / "a") as a,
        watching(database, mongo_uri, tmp_path / "b") as b,
    ):
        for number in range(N_REQUESTS):
            file_request(database, "refit", f"{number:03}", AS_OF, "weekly")
        wait_until(lambda: _n_done(database) >= 20, "twenty served", DEADLINE_S, lambda: a.log + b.log)
        holder, other = (a, b) if _served(a) else (b, a)
        holder.signal(signal.SIGKILL)
        other.until(lambda: not open_requests(database), "all served", DEADLINE_S)
        by_process = [_served(holder), _served(other)]

    assert reader.problems == []
    done = [run["request_id"] for run in database[RUNS].find({"status": "done"})]
    assert sorted(done) == [f"refit:{number:03}" for number in range(N_REQUESTS)]
    assert all(by_process), "one of them served nothing"
    assert not set(by_process[0]) & set(by_process[1])
    assert database[RUNS].count_documents({"status": "failed"}) <= 1
    promoted = database[RUNS].count_documents({"decision": "promoted"})
    champion = load_champion(database)
    assert champion is not None
    assert champion[1].epoch in {promoted, promoted + 1}, "the killed one may have promoted unrecorded"


def _n_done(database: Docs) -> int:
    return database[REQUESTS].count_documents({"status": "done"})


def _served(child: Child) -> Sequence[str]:
    lines = [line for line in child.log.splitlines() if line.startswith('{"request_id"')]
    return [json.loads(line)["request_id"] for line in lines]
