"""A small shop in a real MongoDB, and the verbs that read it."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cli.main import main
from shared.adapters.mongo import collections
from shared.adapters.mongo.alert_store import fire
from shared.core.alerting.alert_findings import AlertFinding, alert_key
from tests.support.read_shop import (
    AS_OF,
    customer,
    event,
    finished_run,
    flow_measurement,
    lease,
    live_model,
    measurement,
    request,
    returns_only,
    segment,
    transition,
)
from tests.support.verbs import Done, Resegment

if TYPE_CHECKING:
    from pymongo import MongoClient
    from pymongo.database import Database

    from shared.documents import Document


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
    survivor = {"kind": "survive", "old": [0], "new": [0], "share": 1.0, "customers": 2}
    database["segment_events"].insert_many([event("promotion", events=[survivor]), event("learning")])
    database["transitions"].insert_many([transition("12347"), transition("=HYPERLINK(1)")])
    database["live_model"].insert_one(live_model())
    database["leases"].insert_one(lease(datetime.now(UTC) + timedelta(minutes=5)))
    database["requests"].insert_one(request())
    database["runs"].insert_one(finished_run())
    held = AlertFinding(
        alert_key("main", "clock_jump", "2012-03-01"), "clock_jump", "warning", "Held", "the tick held", AS_OF
    )
    fire(database, held)


@pytest.fixture(scope="module")
def shop(mongo_client: "MongoClient[Document]", kafka_bootstrap: str) -> Any:
    database = mongo_client["test_read_verbs"]
    fill(database)
    yield database
    mongo_client.drop_database(database.name)


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
    # the process is pytest's, so is its logging
    monkeypatch.setattr("shared.log.configure", lambda settings: None)
    monkeypatch.setenv("RESEG_MONGO__URI", mongo_uri)
    monkeypatch.setenv("RESEG_MONGO__DATABASE", shop.name)
    monkeypatch.setenv("RESEG_KAFKA__BOOTSTRAP_SERVERS", kafka_bootstrap)

    def run(*arguments: str) -> Done:
        code = main(arguments)
        shown = capsys.readouterr()
        return Done(code, shown.out, shown.err)

    return run
