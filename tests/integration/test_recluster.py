"""The batch job on a real database: requests in, models and records out, whatever kills it."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pymongo.database import Database

from batch import pipeline
from batch.load import load_customers
from batch.pipeline import JOB
from batch.promote import publish
from batch.serve import Served, serve_once, serving, watch
from cli.failures import TERMINATED
from shared.adapters.mongo.collections import (
    CUSTOMERS,
    LEASES,
    LIVE_MODEL,
    MODELS,
    POINTER,
    REQUESTS,
    RUNS,
    ensure,
)
from shared.adapters.mongo.leases import acquire
from shared.adapters.mongo.models import load_champion, read_pointer
from shared.adapters.mongo.requests import file_request, is_open
from shared.config import ModelSettings, ReportSettings, Settings
from shared.errors import LeaseHeld, ReclusteringError
from tests.support.still_shop import AS_OF, customer, customers, live_model

Docs = Database[dict[str, Any]]
SETTINGS = Settings(model=ModelSettings(k_min=3, k_max=4, n_starts=2), report=ReportSettings(write=False))
RESEGMENT = str(Path(sys.executable).with_name("resegment"))
DEADLINE_S = 90.0


@pytest.fixture
def database(mongo_database: Docs) -> Docs:
    ensure(mongo_database)
    mongo_database[CUSTOMERS].insert_many(customers())
    mongo_database[LIVE_MODEL].insert_one(live_model())
    return mongo_database


def pend(database: Docs, pending: dict[str, Any] | None) -> None:
    database[LIVE_MODEL].update_one({"_id": "main"}, {"$set": {"pending": pending}})


def serve_all(database: Docs) -> list[Served]:
    with serving(database, SETTINGS) as server:
        return list(iter(server.serve, None))


def test_a_bootstrap_request_gives_the_first_champion(database: Docs) -> None:
    file_request(database, "bootstrap", "main", AS_OF, "500 customers")

    (served,) = serve_all(database)

    champion = load_champion(database)
    assert champion is not None
    model, pointer = champion
    assert (served.decision, served.model_version, pointer.version, pointer.epoch) == ("promoted", 1, 1, 1)
    assert (model.n_customers, model.as_of, model.provisional) == (450, AS_OF, False)
    request = database[REQUESTS].find_one({"_id": "bootstrap:main"})
    assert request is not None
    assert (request["status"], request["run_id"]) == ("done", served.run_id)
    run = database[RUNS].find_one({"_id": served.run_id})
    assert run is not None
    assert (run["status"], run["decision"], run["model_version"]) == ("done", "promoted", 1)
    assert [scores["k"] for scores in run["scores"]] == [3, 4]
    assert run["metrics"]["checksum"] == model.checksum


def test_the_same_table_again_keeps_the_champion_and_records_why(database: Docs) -> None:
    for key in ("first", "second"):
        file_request(database, "schedule", key, AS_OF, "90 days")

    first, second = serve_all(database)

    assert (first.decision, second.decision) == ("promoted", "kept")
    assert "champion stays" in second.reason
    champion = load_champion(database)
    assert champion is not None
    assert champion[0].version == 1
    assert database[MODELS].count_documents({}) == 2  # the refused one is kept for whoever wants to look
    run = database[RUNS].find_one({"_id": second.run_id})
    assert run is not None
    assert {check["family"] for check in run["metrics"]["checks"]} == {"reason", "veto"}
    assert all(check["text"] for check in run["metrics"]["checks"])
    assert [edge["kind"] for edge in run["lineage"]] == ["survive"] * 3


def test_where_documents_lie_does_not_change_the_model(database: Docs) -> None:
    first = serve_once(database, SETTINGS, "now")
    shuffled = customers()
    random.Random(4).shuffle(shuffled)
    for name in (CUSTOMERS, MODELS, POINTER):
        database[name].delete_many({})
    database[CUSTOMERS].insert_many(shuffled)

    second = serve_once(database, SETTINGS, "now")

    assert first.metrics["checksum"] == second.metrics["checksum"]


def test_only_customers_with_a_purchase_and_net_spend_are_clustered(database: Docs) -> None:
    left_out = [customer(f"x{at}", 5, 1, 10.0) for at in range(4)]
    left_out[0] |= {"frequency": 0, "first_purchase_at": None, "last_purchase_at": None}
    left_out[1] |= {"monetary_minor": 0}
    left_out[2] |= {"monetary_minor": -5}
    left_out[3] |= {"deleted": True}
    database[CUSTOMERS].insert_many(left_out)

    table = load_customers(database, "main", wait_s=1)

    assert table.n == 450
    assert table.rfm.last_purchase_ms.max() <= table.as_of_ms


def test_a_pass_in_progress_is_waited_for(database: Docs) -> None:
    pend(database, {"model_version": 1, "model_epoch": 1, "as_of": AS_OF})
    timer = threading.Timer(0.5, pend, (database, None))
    timer.start()

    table = load_customers(database, "main", wait_s=DEADLINE_S)
    timer.join()

    assert table.n == 450


@pytest.mark.parametrize(
    ("changes", "obstacle"),
    [
        ({"pending": {"model_version": 1, "model_epoch": 1, "as_of": AS_OF}}, "rewriting"),
        ({"as_of": None}, "first tick"),
    ],
)
def test_a_stream_that_never_settles_is_reported(
    database: Docs, changes: dict[str, Any], obstacle: str
) -> None:
    database[LIVE_MODEL].replace_one({"_id": "main"}, live_model(**changes))

    with pytest.raises(ReclusteringError, match=obstacle):
        load_customers(database, "main", wait_s=0.3)


def test_without_anybody_to_cluster_the_request_fails_and_the_next_is_served(database: Docs) -> None:
    database[CUSTOMERS].delete_many({})
    file_request(database, "refit", "a", AS_OF, "weekly")
    (failed,) = serve_all(database)
    database[CUSTOMERS].insert_many(customers())
    file_request(database, "refit", "b", AS_OF, "weekly")
    (served,) = serve_all(database)

    assert (failed.status, served.status) == ("failed", "done")
    assert "there is none yet" in failed.reason
    statuses = {request["_id"]: request["status"] for request in database[REQUESTS].find()}
    assert statuses == {"refit:a": "failed", "refit:b": "done"}
    assert database[RUNS].count_documents({"status": "failed"}) == 1


def test_a_pointer_that_moved_meanwhile_fails_the_run_and_keeps_the_mover(
    database: Docs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(*arguments: Any) -> Any:
        database[POINTER].update_one({"_id": "champion"}, {"$set": {"version": 7, "epoch": 1}})
        return publish(*arguments)

    monkeypatch.setattr(pipeline, "publish", overtaken)
    file_request(database, "refit", "a", AS_OF, "weekly")

    (served,) = serve_all(database)

    assert served.status == "failed"
    assert "epoch 0" in served.reason
    pointer = read_pointer(database)
    assert pointer is not None
    assert pointer.version == 7


def test_a_second_job_is_refused_while_one_runs(database: Docs) -> None:
    with serving(database, SETTINGS), pytest.raises(LeaseHeld, match="recluster"):
        serve_once(database, SETTINGS, "now")


def test_watching_finishes_the_request_in_hand_and_stops(database: Docs) -> None:
    stop, served = threading.Event(), []

    def note(one: Served) -> None:
        served.append(one)
        if len(served) == 2:
            stop.set()

    for key in "abc":
        file_request(database, "refit", key, AS_OF, "weekly")
    watch(database, SETTINGS, stop=stop, on_served=note)

    assert [one.request_id for one in served] == ["refit:a", "refit:b"]
    assert is_open(database, "refit:c")


# --- as a process of its own ------------------------------------------------------------------------------

FAST = ["--set", "model.k_min=3", "--set", "model.k_max=3", "--set", "model.n_starts=1"]
FAST += ["--set", "report.write=false"]

DIE_IN = """
import os, sys
from batch import pipeline, promote, serve
from shared.adapters.mongo import connect
from shared.config import ModelSettings, Settings

module, step = {"insert_model": promote, "promote": promote}.get(sys.argv[3], pipeline), sys.argv[3]
done = getattr(module, step)

def die(*arguments, **keywords):
    if sys.argv[4] == "after":
        done(*arguments, **keywords)
    os._exit(9)

setattr(module, step, die)
database = connect(sys.argv[1], sys.argv[2])
with serve.serving(database, Settings(model=ModelSettings(k_min=3, k_max=3, n_starts=1))) as server:
    server.serve()
"""


def environment(mongo_uri: str, database: Docs) -> dict[str, str]:
    return os.environ | {"RESEG_MONGO__URI": mongo_uri, "RESEG_MONGO__DATABASE": database.name}


@pytest.mark.parametrize(
    ("step", "when"),
    [
        ("explore", "after"),
        ("cluster", "after"),
        ("assemble", "after"),
        ("insert_model", "before"),
        ("insert_model", "after"),
        ("promote", "after"),
    ],
)
def test_a_killed_job_leaves_a_whole_model_or_none_and_the_next_serves_again(
    database: Docs, mongo_uri: str, step: str, when: str
) -> None:
    file_request(database, "bootstrap", "main", AS_OF, "500 customers")
    command = [sys.executable, "-c", DIE_IN, mongo_uri, database.name, step, when]
    assert subprocess.run(command, timeout=DEADLINE_S, check=False).returncode == 9
    assert is_open(database, "bootstrap:main")
    between = load_champion(database)
    assert (between is not None) == ((step, when) == ("promote", "after"))

    (served,) = serve_all(database)

    assert served.status == "done"
    assert not is_open(database, "bootstrap:main")
    assert load_champion(database) is not None
    killed = database[RUNS].find_one({"status": "failed"})
    assert killed is not None
    assert killed["reason"] == "the job was killed"


def test_once_prints_one_json_document_and_a_held_lease_exits_with_6(database: Docs, mongo_uri: str) -> None:
    command = [RESEGMENT, "recluster", "--once", "--json", *FAST]
    settings = environment(mongo_uri, database)

    first = subprocess.run(command, env=settings, capture_output=True, timeout=DEADLINE_S, check=False)
    acquire(database, JOB, holder="somebody else", ttl_s=600)
    second = subprocess.run(command, env=settings, capture_output=True, timeout=DEADLINE_S, check=False)

    assert first.returncode == 0, first.stderr.decode()
    assert json.loads(first.stdout)["decision"] == "promoted"
    assert second.returncode == 6
    assert b"somebody else" in second.stderr


def test_a_watching_process_serves_and_gives_its_lease_back_on_sigterm(
    database: Docs, mongo_uri: str
) -> None:
    command = [RESEGMENT, "recluster", "--watch", "--json", *FAST]
    file_request(database, "bootstrap", "main", AS_OF, "500 customers")
    with subprocess.Popen(
        command,
        env=environment(mongo_uri, database),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            assert process.stdout is not None
            killer = threading.Timer(DEADLINE_S, process.kill)
            killer.start()
            served = json.loads(process.stdout.readline())
            process.send_signal(signal.SIGTERM)
            code = process.wait(timeout=DEADLINE_S)
            killer.cancel()
        finally:
            process.kill()

    assert (served["request_id"], served["status"]) == ("bootstrap:main", "done")
    assert code == TERMINATED
    lease = database[LEASES].find_one({"_id": JOB})
    assert lease is not None
    assert lease["expires_at"] == datetime(1970, 1, 1, tzinfo=UTC)
