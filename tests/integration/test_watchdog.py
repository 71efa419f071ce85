"""What can only be seen from outside the stream: down, standing still, not re-clustered."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from kafka import KafkaProducer
from pymongo.database import Database

from batch.alerting.watchdog import Watchdog
from shared.adapters.mongo.collections import ALERTS, LEASES, LIVE_MODEL, RUNS
from shared.settings import Settings
from tests.conftest import TopicFactory

Docs = Database[dict[str, Any]]
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def database(mongo_database: Docs) -> Docs:
    """Hold a stream that runs and wrote ten minutes ago."""
    mongo_database[LIVE_MODEL].insert_one(
        {
            "_id": "main",
            "clean": False,
            "updated_at": NOW - timedelta(minutes=10),
            "topic": {"name": "nowhere"},
            "offsets": [{"partition": 0, "next": 2}],
        }
    )
    mongo_database[LEASES].insert_one({"_id": "stream:main", "expires_at": NOW + timedelta(hours=2)})
    return mongo_database


def look(database: Docs, kafka: str | None = None, now: datetime = NOW) -> dict[str, str]:
    Watchdog(database, Settings(), kafka).look(now)
    return {alert["kind"]: alert["status"] for alert in database[ALERTS].find()}


def test_a_quiet_stream_that_runs_raises_nothing(database: Docs) -> None:
    assert look(database) == {}


def test_before_the_first_start_nothing_is_down(mongo_database: Docs) -> None:
    assert look(mongo_database) == {}


def test_a_stream_that_nobody_runs_is_down_until_somebody_does(database: Docs) -> None:
    database[LEASES].update_one({}, {"$set": {"expires_at": NOW - timedelta(minutes=5)}})
    assert look(database) == {"stream_down": "firing"}
    database[LEASES].update_one({}, {"$set": {"expires_at": NOW + timedelta(hours=1)}})

    assert look(database, now=NOW + timedelta(minutes=1)) == {"stream_down": "resolved"}


def test_a_stream_that_was_stopped_is_not_down(database: Docs) -> None:
    database[LEASES].update_one({}, {"$set": {"expires_at": datetime(1970, 1, 1, tzinfo=UTC)}})
    database[LIVE_MODEL].update_one({}, {"$set": {"clean": True}})

    assert look(database) == {}


def test_a_stream_that_leaves_records_waiting_stands_still(
    database: Docs, kafka_bootstrap: str, topic_factory: TopicFactory
) -> None:
    topic = topic_factory()
    producer = KafkaProducer(bootstrap_servers=kafka_bootstrap)
    for _ in range(5):
        producer.send(topic, b"{}").get(30)
    producer.close()
    database[LIVE_MODEL].update_one({}, {"$set": {"topic.name": topic}})

    assert look(database, kafka_bootstrap) == {"stream_stalled": "firing"}
    alert = database[ALERTS].find_one() or {}
    assert alert["evidence"]["lag"] == 3
    database[LIVE_MODEL].update_one({}, {"$set": {"updated_at": NOW}})
    assert look(database, kafka_bootstrap) == {"stream_stalled": "resolved"}


def test_a_failed_run_is_told_until_a_later_one_ends(database: Docs) -> None:
    run = {"job": "recluster", "request_id": None, "reason": "no memory"}
    database[RUNS].insert_one({**run, "_id": "1", "status": "failed", "started_at": NOW, "finished_at": NOW})
    assert look(database) == {"recluster_failed": "firing"}
    later = NOW + timedelta(hours=1)
    database[RUNS].insert_one(
        {**run, "_id": "2", "status": "running", "started_at": later, "finished_at": None}
    )
    assert look(database, now=later) == {"recluster_failed": "firing"}
    database[RUNS].update_one({"_id": "2"}, {"$set": {"status": "done", "finished_at": later}})

    assert look(database, now=later) == {"recluster_failed": "resolved"}
