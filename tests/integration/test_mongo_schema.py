"""Shapes, indexes and the connection, on the real server."""

import math
import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import WriteError

from shared.adapters.mongo import connect
from shared.adapters.mongo.client import hosts_of
from shared.adapters.mongo.collections import CUSTOMERS, DRIFT_METRICS, LAYOUTS, ensure
from shared.adapters.mongo.schemas import CUSTOMER_KEYS
from shared.errors import InvalidConfig, ServiceUnavailable

Docs = Database[dict[str, Any]]
NOON = datetime(2011, 12, 1, 12, tzinfo=UTC)


def customer(**changes: Any) -> dict[str, Any]:
    known = {"_id": "17850", "frequency": 3, "monetary_minor": 2**40, "monetary": 1.5, "rev": 1, "fence": []}
    return dict.fromkeys(CUSTOMER_KEYS) | known | {"status": "clustered"} | changes


def drift_metric(**changes: Any) -> dict[str, Any]:
    document: dict[str, Any] = {
        "_id": "1:2011-12-01:share_psi:all",
        "metric": "share_psi",
        "segment_id": None,
    }
    document |= {"segment_name": None, "value": 0.1, "warn": 0.02, "critical": 0.1, "status": "warn"}
    document |= {"kind": "stock", "state": None, "observed": None, "expected": None}
    document |= {"low": None, "high": None}
    return document | {"as_of": NOON, "model_version": 1, "model_epoch": 1} | changes


def test_ensure_creates_everything_once(mongo_database: Docs) -> None:
    planned = ensure(mongo_database, dry_run=True)
    assert mongo_database.list_collection_names() == []

    assert ensure(mongo_database) == planned
    assert set(mongo_database.list_collection_names()) == set(LAYOUTS)
    assert ensure(mongo_database) == []


def test_ensure_corrects_a_validator_and_an_index_that_are_gone(mongo_database: Docs) -> None:
    ensure(mongo_database)
    mongo_database.command("collMod", CUSTOMERS, validator={}, validationLevel="off")
    mongo_database[CUSTOMERS].drop_index("status_1")

    assert ensure(mongo_database) == ["validator of customers", "index customers.status_1"]
    assert ensure(mongo_database) == []


def test_two_that_ensure_at_once_both_succeed(mongo_database: Docs) -> None:
    failures: list[BaseException] = []

    def work() -> None:
        try:
            ensure(mongo_database)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert failures == []
    assert ensure(mongo_database) == []


def test_a_whole_customer_is_accepted(mongo_database: Docs) -> None:
    ensure(mongo_database)

    mongo_database[CUSTOMERS].insert_one(customer())

    assert mongo_database[CUSTOMERS].count_documents({}) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"monetary": math.nan},
        {"monetary": math.inf},
        {"monetary": -math.inf},
        {"monetary": 3},
        {"frequency": 1.0},
        {"monetary_minor": "12"},
        {"rev": None},
        {"fence": None},
        {"status": "unknown"},
    ],
)
def test_a_customer_whose_state_is_wrong_is_refused(mongo_database: Docs, changes: dict[str, Any]) -> None:
    ensure(mongo_database)

    with pytest.raises(WriteError, match="failed validation"):
        mongo_database[CUSTOMERS].insert_one(customer(**changes))


@pytest.mark.parametrize("key", ["frequency", "segment_id", "deleted"])
def test_a_customer_that_lacks_a_key_is_refused(mongo_database: Docs, key: str) -> None:
    ensure(mongo_database)
    document = customer()
    del document[key]

    with pytest.raises(WriteError, match="failed validation"):
        mongo_database[CUSTOMERS].insert_one(document)


def test_an_undefined_metric_is_stored_as_null(mongo_database: Docs) -> None:
    ensure(mongo_database)

    mongo_database[DRIFT_METRICS].insert_one(drift_metric(value=None, status="undefined"))


@pytest.mark.parametrize(
    "changes",
    [
        {"value": math.nan},
        {"warn": math.inf},
        {"status": "bad"},
        {"as_of": "2011-12-01"},
        {"segment_id": 1.5},
    ],
)
def test_a_metric_that_no_chart_could_show_is_refused(mongo_database: Docs, changes: dict[str, Any]) -> None:
    ensure(mongo_database)

    with pytest.raises(WriteError, match="failed validation"):
        mongo_database[DRIFT_METRICS].insert_one(drift_metric(**changes))


def test_lookups_are_index_scans(mongo_database: Docs) -> None:
    ensure(mongo_database)
    for name, layout in LAYOUTS.items():
        for keys in layout.indexes:
            plan = mongo_database[name].find({keys[0]: 1}).explain()["queryPlanner"]["winningPlan"]

            assert "IXSCAN" in str(plan), f"{name} by {keys}"


def test_a_connection_waits_for_a_majority_and_reads_aware_datetimes(mongo_uri: str) -> None:
    database = connect(mongo_uri, "test_connect")
    with database.client:
        concern = database.write_concern.document
        database["times"].insert_one({"_id": 1, "at": NOON})
        found = database["times"].find_one({"_id": 1})
        database.client.drop_database("test_connect")

    assert (concern["w"], concern["j"]) == ("majority", True)
    assert found is not None
    assert found["at"] == NOON


def test_an_address_cannot_lower_the_write_concern(mongo_uri: str) -> None:
    weak = mongo_uri + ("&" if "?" in mongo_uri else "/?") + "w=0"
    database = connect(weak, "test_connect")
    with database.client:
        assert database.write_concern.document["w"] == "majority"


def test_nothing_at_the_address_says_what_to_do_and_hides_the_password() -> None:
    with pytest.raises(ServiceUnavailable) as caught:
        connect("mongodb://user:hunter2@127.0.0.1:1/?replicaSet=rs0", "test")

    assert "resegment services up" in str(caught.value)
    assert "127.0.0.1:1" in str(caught.value)
    assert "hunter2" not in f"{caught.value!r}{caught.value.__cause__!r}"
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    "uri",
    ["", "http://localhost", "mongodb://", "mongodb://us@er:hunter2@host", "mongodb://user:hunt?er2@host"],
)
def test_an_unreadable_address_is_an_invalid_setting(uri: str) -> None:
    with pytest.raises(InvalidConfig, match=r"mongo\.uri") as caught:
        connect(uri, "test")

    assert "hunt" not in str(caught.value)


@pytest.mark.parametrize(
    ("uri", "hosts"),
    [
        ("mongodb://a:1,b:2/?replicaSet=rs0", "a:1,b:2"),
        ("mongodb+srv://user:secret@cluster.example/db", "cluster.example"),
        ("mongodb://user:secret@h:1/?tlsCertificateKeyFilePassword=also@secret", "h:1"),
        ("mongodb://user:sec?ret@h:1/", "the given address"),
        ("localhost:27017", "localhost:27017"),
    ],
)
def test_only_hosts_are_ever_shown(uri: str, hosts: str) -> None:
    assert hosts_of(uri) == hosts


def test_the_server_of_this_run_is_a_replica_set(mongo_client: MongoClient[dict[str, Any]]) -> None:
    assert "setName" in mongo_client.admin.command("hello")
