"""The read verbs against a real MongoDB, as a user runs them: one process, its stdout, its exit code."""

import csv
import json
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from cli.main import main
from shared.adapters.mongo import collections
from shared.adapters.mongo.alerts import fire
from shared.core.alerting.findings import Finding, alert_key
from shared.core.drift.memory import DriftMemory

if TYPE_CHECKING:
    from pymongo import MongoClient
    from pymongo.database import Database

Document = dict[str, Any]
Resegment = Callable[..., "Done"]

AS_OF = datetime(2011, 12, 10, tzinfo=UTC)
BOUGHT_AT = datetime(2011, 12, 7, 15, 52, tzinfo=UTC)
UNDER_MODEL = {"model_version": 3, "model_epoch": 3, "as_of": AS_OF}
NAMES = {0: "Champions", 1: "Promising", 2: "Hibernating"}
SECRET = "canary-secret"  # noqa: S105


def customer(customer_id: str, **changes: Any) -> Document:
    return {
        "_id": customer_id,
        "frequency": 7,
        "monetary_minor": 43_100_000,
        "monetary": 4310.0,
        "first_purchase_at": datetime(2010, 12, 7, 14, 57, tzinfo=UTC),
        "last_purchase_at": BOUGHT_AT,
        "newest_event_at": BOUGHT_AT,
        "late_floor": None,
        "recent_events": struct.pack("<Qq", 1, 2),
        "recent_invoices": b"",
        "applied": 182,
        "duplicate": 1,
        "late": 0,
        "at_tick": None,
        "status": "clustered",
        "vector": struct.pack("<3q", -(2**32), 2**31, 3 * 2**31),
        "label": 0,
        "segment_id": 0,
        "segment_name": "Champions",
        "distance": 0.52,
        "runner_up_id": 1,
        "margin": 1.25,
        "som_row": 2,
        "som_col": 5,
        "som_adjacent": True,
        "som_distance": 0.21,
        "reference_label": 0,
        "reference_distance": 0.5,
        "recency_days": 2.34,
        "last_transition": {
            "from": 1,
            "to": 0,
            "cause": "purchase",
            "partition": 0,
            "offset": 77,
            "as_of": AS_OF,
            "model_epoch": 3,
        },
        "fence": [{"partition": 0, "offset": 80}],
        "fence_epoch": 0,
        "rev": 9,
        "deleted": False,
        **UNDER_MODEL,
        **changes,
    }


def returns_only(customer_id: str) -> Document:
    place = ("vector", "label", "distance", "runner_up_id", "margin", "last_transition")
    purchases = ("first_purchase_at", "last_purchase_at", "recency_days")
    named = [name for name in customer("") if name.startswith(("som_", "reference_", "segment_"))]
    sums = {"status": "no_purchase", "frequency": 0, "monetary_minor": -5, "monetary": -0.0005}
    return customer(customer_id, **dict.fromkeys((*place, *purchases, *named)), **sums)


def segment(segment_id: int, n_customers: int, revenue_minor: int) -> Document:
    return {
        "_id": f"3:{segment_id}",
        "segment_id": segment_id,
        "name": NAMES[segment_id],
        "action": f"write to {NAMES[segment_id]}",
        "customers": n_customers,
        "share": n_customers / 10,
        "revenue_minor": revenue_minor,
        "revenue": revenue_minor / 10_000,
        "revenue_share": revenue_minor / 100_000_000,
        "mean_recency_days": 12.5,
        "mean_frequency": 4.2,
        "mean_monetary": revenue_minor / 10_000 / n_customers,
        "center_recency_days": 9.0,
        "center_frequency": 3.9,
        "center_monetary": 1200.0,
        **UNDER_MODEL,
    }


def measurement(
    metric: str, segment_id: int | None, value: float | None, status: str, days_ago: int = 0
) -> Document:
    as_of = AS_OF - timedelta(days=days_ago)
    return {
        "_id": f"3:{as_of:%Y-%m-%d}:{metric}:{'all' if segment_id is None else segment_id}",
        "metric": metric,
        "segment_id": segment_id,
        "segment_name": None if segment_id is None else NAMES[segment_id],
        "value": value,
        "warn": 0.1,
        "critical": 0.25,
        "status": status,
        "kind": "stock",
        "state": None,
        "observed": None,
        "expected": None,
        **UNDER_MODEL,
        "as_of": as_of,
    }


def flow_measurement(score: float, days_ago: int) -> Document:
    flow = {"kind": "flow", "state": "ok", "observed": 31.5, "expected": 30.0, "warn": 4.0, "critical": 6.0}
    return measurement("drift_basket", None, score, "ok", days_ago) | flow


def live_model(**changes: Any) -> Document:
    return {
        "_id": "main",
        "rev": 40,
        "lease_epoch": 2,
        "clean": False,
        "topic": {"name": "transactions", "id": "uuid", "partitions": 2},
        "fence_epoch": 0,
        "offsets": [{"partition": 0, "next": 600}, {"partition": 1, "next": 400}],
        "counters": {
            "read": 1000,
            "applied": 700,
            "duplicate": 20,
            "late": 5,
            "unattributed": 270,
            "unattributed_minor": 123,
            "rejected": 5,
        },
        "rejected_codes": [{"code": "bad_time", "n": 3}, {"code": "malformed", "n": 2}],
        "customers": 11,
        "clusterable": 10,
        "model_version": 3,
        "model_epoch": 3,
        "as_of": AS_OF,
        "pending": None,
        "first_event_at": datetime(2010, 12, 1, 8, 26, tzinfo=UTC),
        "newest_event_at": datetime(2011, 12, 9, 12, 50, tzinfo=UTC),
        "days": [],
        "names": [],
        "drift": DriftMemory(model_epoch=3, first_day=1, last_day=90, watched_days=40).to_document(),
        "kmeans": {"centers": b"", "statistics": b""},
        "som": {"weights": b"", "statistics": b""},
        "population": [],
        "batch": {"rows": 5000, "elapsed_s": 0.2, "events_per_s": 25_000.0, "ended_at": AS_OF},
        **changes,
    }


def lease(expires_at: datetime) -> Document:
    return {
        "_id": "stream:main",
        "epoch": 2,
        "holder": "resegment-1",
        "host": "shop",
        "pid": 4711,
        "started": AS_OF,
        "expires_at": expires_at,
    }


def request() -> Document:
    return {
        "_id": "schedule:2011-12-10",
        "kind": "schedule",
        "status": "open",
        "reason": "90 days of events since the last one",
        "created_at": AS_OF,
        "as_of": AS_OF,
        "finished_at": None,
        "force": False,
        "score": None,
        "served_by": None,
        "outcome": None,
        "run_id": None,
    }


def finished_run() -> Document:
    return {
        "_id": "run-1",
        "job": "recluster",
        "request_id": "bootstrap:main",
        "status": "done",
        "started_at": AS_OF,
        "finished_at": AS_OF,
        "as_of": AS_OF,
        "n_customers": 10,
        "model_version": 3,
        "decision": "promoted",
        "reason": "inertia 4% lower",
        "metrics": {},
        "scores": [],
        "lineage": [],
        "report": None,
    }


def transition(customer_id: str) -> Document:
    return {
        "_id": f"{customer_id}:0:0:77",
        "customer_id": customer_id,
        "from_id": 1,
        "from_name": "Promising",
        "to_id": 0,
        "to_name": "Champions",
        "cause": "purchase",
        "partition": 0,
        "offset": 77,
        "monetary_minor": 43_100_000,
        **UNDER_MODEL,
    }


def fill(database: "Database[Document]") -> None:
    """Store a small shop that the collections' own validators accept."""
    collections.ensure(database)
    database["customers"].insert_many(
        [
            customer("12347"),
            customer("=HYPERLINK(1)"),
            returns_only("returner"),
            customer("gone", deleted=True),
        ]
    )
    database["segments"].insert_many(
        [segment(2, 5, 10_000_000), segment(0, 2, 70_000_000), segment(1, 3, 20_000_000)]
    )
    database["drift_metrics"].insert_many(
        [measurement("share_psi", None, 0.02 * (9 - day), "ok", day) for day in range(1, 9)]
        + [measurement("share_psi", None, 0.18, "warn"), measurement("radius_shift", 2, None, "undefined")]
        + [flow_measurement(score, days_ago) for days_ago, score in enumerate((3.0, -2.0, 0.5))]
    )
    database["transitions"].insert_many([transition("12347"), transition("=HYPERLINK(1)")])
    database["live_model"].insert_one(live_model())
    database["leases"].insert_one(lease(datetime.now(UTC) + timedelta(minutes=5)))
    database["requests"].insert_one(request())
    database["runs"].insert_one(finished_run())
    held = Finding(
        alert_key("main", "clock_jump", "2012-03-01"), "clock_jump", "warning", "Held", "the tick held", AS_OF
    )
    fire(database, held)


@pytest.fixture(scope="module")
def shop(mongo_client: "MongoClient[Document]", kafka_bootstrap: str) -> Any:
    database = mongo_client["test_read_verbs"]
    fill(database)
    yield database
    mongo_client.drop_database(database.name)


@dataclass(frozen=True)
class Done:
    code: int
    stdout: str
    stderr: str


@pytest.fixture
def resegment(
    shop: "Database[Document]",
    mongo_uri: str,
    kafka_bootstrap: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Resegment:
    for name in [name for name in os.environ if name.startswith("RESEG_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "shared.log.configure", lambda settings: None
    )  # the process is pytest's, so is its logging
    monkeypatch.setenv("RESEG_MONGO__URI", mongo_uri)
    monkeypatch.setenv("RESEG_MONGO__DATABASE", shop.name)
    monkeypatch.setenv("RESEG_KAFKA__BOOTSTRAP_SERVERS", kafka_bootstrap)

    def run(*arguments: str) -> Done:
        code = main(arguments)
        shown = capsys.readouterr()
        return Done(code, shown.out, shown.err)

    return run


def document(done: Done) -> Any:
    assert done.code == 0, done.stderr
    return json.loads(done.stdout)


def test_status_shows_lease_counters_identity_requests_and_runs(resegment: Resegment) -> None:
    done = resegment("status")

    assert done.code == 0, done.stderr
    assert "held by resegment-1 on shop (process 4711), epoch 2" in done.stdout
    assert (
        "1,000 read = 700 applied + 20 duplicate + 5 late + 270 unattributed + 5 rejected: exact"
        in done.stdout
    )
    assert "schedule:2011-12-10" in done.stdout
    assert "inertia 4% lower" in done.stdout
    assert "the tick held" in done.stdout


def test_status_as_json_is_one_document_with_iso_dates(resegment: Resegment) -> None:
    status = document(resegment("status", "--json"))

    assert status["accounting"]["exact"] is True
    assert status["live"]["as_of"] == "2011-12-10T00:00:00.000Z"
    assert status["lag"] is None
    assert "kmeans" not in status["live"]


def test_status_counts_the_lag_of_a_topic_that_exists(
    resegment: Resegment, shop: Any, topic_factory: Any
) -> None:
    topic = topic_factory()
    changes = {
        "topic": {"name": topic, "id": "uuid", "partitions": 1},
        "offsets": [{"partition": 0, "next": 0}],
    }
    shop["live_model"].insert_one(live_model(_id="lagging", **changes))

    assert document(resegment("status", "--json", "--set", "stream.id=lagging"))["lag"] == 0


def test_status_says_when_the_identity_does_not_hold(resegment: Resegment, shop: Any) -> None:
    counters = live_model()["counters"] | {"read": 1001}
    shop["live_model"].insert_one(live_model(_id="broken", counters=counters))

    done = resegment("status", "--set", "stream.id=broken")

    assert "DOES NOT ADD UP" in done.stdout


def test_status_of_a_stream_that_never_ran_says_so(resegment: Resegment) -> None:
    done = resegment("status", "--set", "stream.id=nobody")

    assert done.code == 0
    assert "nothing stored yet" in done.stdout


def test_segments_come_with_most_revenue_first(resegment: Resegment) -> None:
    rows = document(resegment("segments", "--json"))

    assert [row["name"] for row in rows] == ["Champions", "Promising", "Hibernating"]
    assert rows[0]["revenue_minor"] == 70_000_000
    assert "write to Promising" in resegment("segments").stdout


def test_segments_without_a_model_name_the_next_command(resegment: Resegment, shop: Any) -> None:
    shop["live_model"].insert_one(live_model(_id="young", model_epoch=None, model_version=None, as_of=None))

    done = resegment("segments", "--set", "stream.id=young")

    assert done.code == 1
    assert "resegment recluster --once" in done.stderr


def test_customer_is_explained(resegment: Resegment) -> None:
    done = resegment("customer", "12347")

    assert done.code == 0, done.stderr
    assert "0.520 from its centre; the next, Promising (id 1), is 1.250 further" in done.stdout
    assert "write to Champions" in done.stdout
    assert "from Promising (id 1) to Champions (id 0), cause purchase, offset 77" in done.stdout


def test_customer_that_is_not_clustered_says_why(resegment: Resegment) -> None:
    assert "returns only" in resegment("customer", "returner").stdout


@pytest.mark.parametrize("customer_id", ["unknown", "gone", '{"$ne": null}'])
def test_unknown_or_deleted_customer_exits_with_1(resegment: Resegment, customer_id: str) -> None:
    done = resegment("customer", customer_id)

    assert done.code == 1
    assert done.stdout == ""
    assert "no customer" in done.stderr


def test_drift_shows_the_newest_measurements_with_their_history(resegment: Resegment) -> None:
    done = resegment("drift")

    assert done.code == 0, done.stderr
    assert "▁▂▃▄▅" in done.stdout
    found = document(resegment("drift", "--json"))
    assert [row["status"] for row in found["metrics"]] == ["ok", "undefined", "warn"]


def test_drift_draws_flows_against_their_limit_and_says_how_the_budget_is_kept(resegment: Resegment) -> None:
    done = resegment("drift")

    assert "limit │" in done.stdout
    assert "▂▃▄" in done.stdout
    assert "0 in 40 watched days (0.4 allowed)" in done.stdout
    assert document(resegment("drift", "--json"))["watch"]["advisory"] is True


@pytest.mark.parametrize(("level", "code"), [("warn", 5), ("critical", 0)])
def test_drift_fail_on_exits_with_5_when_met(resegment: Resegment, level: str, code: int) -> None:
    assert resegment("drift", "--fail-on", level).code == code
    assert resegment("drift", "--metric", "radius_shift", "--fail-on", level).code == 0


def test_a_misspelt_metric_is_refused_so_that_no_gate_stays_silent(resegment: Resegment) -> None:
    done = resegment("drift", "--metric", "share_spi", "--fail-on", "warn")

    assert done.code == 2
    assert "there are drift_basket, radius_shift, share_psi" in done.stderr


def test_exported_customers_are_iso_dated_neutralised_and_without_the_deleted(
    resegment: Resegment, tmp_path: Path
) -> None:
    done = resegment("export", "customers", "--out", "customers.csv")

    assert done.code == 0, done.stderr
    with (tmp_path / "customers.csv").open(newline="") as file:
        rows = {row["customer_id"]: row for row in csv.DictReader(file)}
    assert set(rows) == {"12347", "'=HYPERLINK(1)", "returner"}
    assert rows["12347"]["last_purchase_at"] == "2011-12-07T15:52:00.000Z"
    assert rows["12347"]["monetary_minor"] == "43100000"
    assert rows["returner"]["segment_id"] == ""
    assert not list(tmp_path.glob(".customers*"))


def test_parquet_export_is_typed_and_keeps_text_as_it_is(resegment: Resegment, tmp_path: Path) -> None:
    done = resegment("export", "customers", "--out", "customers.parquet")

    assert done.code == 0, done.stderr
    table = pq.read_table(tmp_path / "customers.parquet")
    assert table.column("customer_id").to_pylist() == ["12347", "=HYPERLINK(1)", "returner"]
    assert table.column("last_purchase_at").to_pylist()[0] == BOUGHT_AT


@pytest.mark.parametrize(("what", "n_rows"), [("segments", 3), ("drift", 13), ("transitions", 2)])
def test_every_kind_can_be_exported(resegment: Resegment, tmp_path: Path, what: str, n_rows: int) -> None:
    done = resegment("export", what, "--out", f"{what}.csv")

    assert done.code == 0, done.stderr
    assert len((tmp_path / f"{what}.csv").read_text().splitlines()) == n_rows + 1


def test_doctor_finds_the_services_and_the_collections(resegment: Resegment) -> None:
    states = {check["name"]: check["state"] for check in document(resegment("doctor", "--json"))}

    assert states["kafka"] == states["mongodb"] == states["collections"] == "ok"


@pytest.mark.parametrize("arguments", ["segments --debug", "status --log-format json --log-level debug"])
def test_a_database_that_does_not_answer_exits_with_3_and_shows_no_secret(
    tmp_path: Path, arguments: str
) -> None:
    done = own_process(
        tmp_path, *arguments.split(), RESEG_MONGO__URI=f"mongodb://user:{SECRET}@127.0.0.1:1/?replicaSet=a"
    )

    assert done.code == 3
    assert "127.0.0.1:1" in done.stderr
    assert SECRET not in done.stdout + done.stderr


def test_a_refused_password_exits_with_3_and_is_not_shown(
    resegment: Resegment, mongo_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESEG_MONGO__URI", mongo_uri.replace("://", f"://user:{SECRET}@"))

    done = resegment("segments", "--debug")

    assert done.code == 3
    assert SECRET not in done.stdout + done.stderr


def test_doctor_reports_a_database_that_does_not_answer(tmp_path: Path) -> None:
    done = own_process(
        tmp_path, "doctor", RESEG_MONGO__URI=f"mongodb://user:{SECRET}@127.0.0.1:1/?replicaSet=a"
    )

    assert done.code == 1
    assert SECRET not in done.stdout + done.stderr


def own_process(folder: Path, *arguments: str, **settings: str) -> Done:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("RESEG_")}
    done = subprocess.run(
        [sys.executable, "-c", "from cli.main import entry; entry()", *arguments],
        cwd=folder,
        env=inherited | settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)
