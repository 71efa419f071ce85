"""Alerts in a real database: one document a cause, whatever happens twice or at the same time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo.database import Database

from shared.adapters.mongo.alert_store import fire, resolve, resolve_all
from shared.adapters.mongo.collections import ALERTS, ensure
from shared.core.alerting.alert_findings import AlertFinding, Kind, alert_key

Docs = Database[dict[str, Any]]
NOON = datetime(2011, 12, 1, 12, tzinfo=UTC)
KEY = alert_key("main", "drift_basket", 3)


@pytest.fixture
def database(mongo_database: Docs) -> Docs:
    ensure(mongo_database)
    return mongo_database


def found(day: int = 0, score: float = 2.0, *, kind: Kind = "drift_basket", version: int = 3) -> AlertFinding:
    return AlertFinding(
        key=alert_key("main", kind, version),
        kind=kind,
        severity="ticket",
        title="Baskets changed",
        message="mean basket 31.20, expected 24.10",
        as_of=NOON + timedelta(days=day),
        score=score,
        model_version=version,
        evidence={"limit": 4.4, "customers": 412},
    )


def stored(database: Docs, key: str = KEY) -> dict[str, Any]:
    document = database[ALERTS].find_one({"_id": key})
    assert document is not None
    return document


def test_a_state_change_is_told_from_news(database: Docs) -> None:
    assert fire(database, found(0))
    assert not fire(database, found(1))
    assert fire(database, found(2, 3.0))
    assert resolve(database, KEY, as_of=NOON + timedelta(days=3), reason="calm for five days")
    assert not resolve(database, KEY, as_of=NOON + timedelta(days=4), reason="calm")

    document = stored(database)
    assert [change["status"] for change in document["changes"]] == ["firing", "firing", "resolved"]
    assert (document["score"], document["evidence"]) == (3.0, {"limit": 4.4, "customers": 412})


def test_a_replay_leaves_the_same_document(database: Docs) -> None:
    def replay() -> dict[str, Any]:
        for day, score in enumerate([2.0, 2.1, 3.5]):
            fire(database, found(day, score))
        resolve(database, KEY, as_of=NOON + timedelta(days=3), reason="calm")
        fire(database, found(9))
        return stored(database)

    assert replay() == replay()


def test_of_many_at_once_one_makes_the_change(database: Docs) -> None:
    with ThreadPoolExecutor(8) as pool:
        changed = list(pool.map(lambda _: fire(database, found()), range(16)))

    assert changed.count(True) == 1
    assert len(stored(database)["changes"]) == 1


def test_a_promotion_ends_what_was_said_about_older_models(database: Docs) -> None:
    for version in (2, 3, 4):
        fire(database, found(version=version))
    fire(database, found(kind="staleness", version=3))

    ended = resolve_all(
        database, ["drift_basket", "staleness"], as_of=NOON, reason="model 4 is in force", below_version=4
    )

    assert ended == 3
    assert [row["_id"] for row in database[ALERTS].find({"status": "firing"})] == ["main:drift_basket:4"]
