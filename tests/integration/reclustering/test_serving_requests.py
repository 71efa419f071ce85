"""The batch job on a real database: requests in, models and records out."""

import random
import threading
from typing import Any

import pytest

from batch import pipeline
from batch.promote import publish
from batch.serve import Served, serve_once, serving, watch
from shared.adapters.mongo.collections import CUSTOMERS, MODELS, POINTER, REQUESTS, RUNS
from shared.adapters.mongo.models import load_champion, read_pointer
from shared.adapters.mongo.requests import file_request
from shared.errors import LeaseHeld
from tests.support.requests import is_open
from tests.support.serving import SETTINGS, Docs, serve_all
from tests.support.still_shop import AS_OF, customers


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
