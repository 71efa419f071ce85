"""A rehearsed rise of prices on the whole stack, by the product's own commands, and the shop without it.

Both are told to a receiver over HTTP; that of the first is down from the first message until all is over.
"""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from kafka import KafkaAdminClient
from pymongo import MongoClient

from shared.adapters.mongo import alert_store
from shared.adapters.mongo.collections import DRIFT_METRICS, FLOWS, LIVE_MODEL, REQUESTS, SEGMENT_EVENTS
from shared.adapters.notify.webhook import signature
from shared.core.drift.budget import Budget
from shared.documents import Document
from tests.support.rehearsal import HISTORY_DAYS, QUIET_DAYS, SECRET, Played, play, play_change
from tests.support.rehearsal_shop import day_of
from tests.support.shop import ZONE
from tests.support.streams import site

SEED = 2
RISE = datetime.combine(day_of(HISTORY_DAYS + QUIET_DAYS), time(), ZoneInfo(ZONE)).astimezone(UTC)
WALL_CLOCK = ("created_at", "updated_at")
Both = tuple[Played, Played]


@pytest.fixture(scope="module")
def both(
    tmp_path_factory: pytest.TempPathFactory,
    kafka_bootstrap: str,
    kafka_admin: KafkaAdminClient,
    mongo_uri: str,
    mongo_client: MongoClient[Document],
) -> Iterator[Both]:
    """The shop whose prices rise and the quiet one, streamed side by side."""
    names = [f"rehearsal-{uuid.uuid4().hex[:12]}" for _ in range(2)]
    databases = [mongo_client[name] for name in names]
    sites = [
        site(tmp_path_factory.mktemp(name), kafka_bootstrap, mongo_uri, database, name)
        for name, database in zip(names, databases, strict=True)
    ]
    with ThreadPoolExecutor(2) as pool:
        risen = pool.submit(play_change, sites[0], databases[0], SEED)
        quiet = pool.submit(play, sites[1], databases[1], SEED)
        yield risen.result(), quiet.result()
    kafka_admin.delete_topics([topic for name in names for topic in (name, f"{name}.dlq")])
    for name in names:
        mongo_client.drop_database(name)


def drift_requests(played: Played) -> list[Document]:
    return list(played.database[REQUESTS].find({"kind": "drift"}))


def live_model(played: Played) -> Document:
    found = played.database[LIVE_MODEL].find_one({"_id": "main"})
    assert found is not None
    return found


def said(played: Played, name: str) -> list[Document]:
    """Return what was measured before the prices rose, wall clock apart."""
    rows = played.database[name].find({"as_of": {"$lt": RISE}}).sort("_id", 1)
    return [{key: value for key, value in row.items() if key not in WALL_CLOCK} for row in rows]


def test_a_rise_of_prices_is_one_alert_and_one_request_and_over_with_the_promotion(both: Both) -> None:
    risen, _ = both
    (alert,) = alert_store.list_alerts(risen.database)
    (request,) = drift_requests(risen)

    assert (alert["kind"], alert["evidence"]["diagnosis"]) == ("drift_basket", "spend shift")
    assert 1 <= (alert["first_as_of"] - RISE).days <= 8
    assert [(change["status"], change["reason"]) for change in alert["changes"]] == [
        ("firing", "first found"),
        ("resolved", "another model was promoted"),
    ]
    assert (request["as_of"], request["status"]) == (alert["first_as_of"], "done")
    assert request["outcome"].startswith("promoted")
    live = live_model(risen)
    assert (live["model_version"], live["drift"]["alarms"]) == (2, 1)
    assert live["drift"]["last_day"] >= live["drift"]["muted_until"], "some days were watched afterwards"


def test_what_came_while_the_receiver_was_down_arrives_once_in_order_and_signed(both: Both) -> None:
    risen, _ = both
    taken = [*risen.before, *risen.after]
    key = alert_store.list_alerts(risen.database)[0]["_id"]

    assert [(r.json["key"], r.json["seq"], r.json["status"]) for r in risen.before] == [(key, 1, "firing")]
    assert [(r.json["key"], r.json["seq"], r.json["status"]) for r in risen.after] == [(key, 2, "resolved")]
    assert risen.after[0].json["reason"] == "another model was promoted"
    for request in taken:
        stamp = request.headers["X-Reseg-Timestamp"]
        assert request.headers["X-Reseg-Signature"] == "v1=" + signature(SECRET, stamp, request.body)
        assert request.headers["Idempotency-Key"] == f"{key}:{request.json['seq']}"


def test_the_quiet_shop_raises_no_more_than_the_budget_and_nothing_else_is_told(both: Both) -> None:
    _, quiet = both
    drift = live_model(quiet)["drift"]
    told: list[dict[str, Any]] = [request.json for request in quiet.after]

    assert drift["watched_days"] >= QUIET_DAYS // 2
    assert drift["alarms"] <= ceil(Budget.parse("1 per 90 days").expected(drift["watched_days"]))
    assert sum(change["status"] == "firing" for change in told) == drift["alarms"]
    assert all(change["kind"].startswith("drift_") for change in told)
    assert len(drift_requests(quiet)) <= drift["alarms"]


@pytest.mark.parametrize("name", [FLOWS, DRIFT_METRICS, SEGMENT_EVENTS])
def test_until_the_prices_rise_both_shops_say_the_same(both: Both, name: str) -> None:
    risen, quiet = both

    assert said(risen, name) == said(quiet, name)
    assert len(said(risen, name)) >= QUIET_DAYS - 1
