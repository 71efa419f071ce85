"""What drift and the wall clock may ask for, and how often."""

from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo.database import Database

from batch.schedule import file_due
from shared.adapters.mongo.collections import REQUESTS, ensure
from shared.adapters.mongo.requests import file_drift_request, file_request
from shared.adapters.mongo.runs import begin_run

Docs = Database[dict[str, Any]]
DAY = datetime(2011, 6, 1, tzinfo=UTC)


def drift(database: Docs, day: int, score: float) -> bool:
    return file_drift_request(
        database,
        stream_id="main",
        as_of=DAY + timedelta(days=day),
        score=score,
        reason="share_psi 0.3",
        cooldown_days=7,
    )


def close_all(database: Docs) -> None:
    database[REQUESTS].update_many({}, {"$set": {"status": "done"}})


def test_drift_asks_once_a_cooldown_and_earlier_only_when_it_has_grown_by_half(database: Docs) -> None:
    assert drift(database, 0, 1.0)
    assert not drift(database, 0, 9.0)  # it still waits
    close_all(database)
    assert not drift(database, 0, 9.0)  # the same day is the same wish
    assert not drift(database, 3, 1.49)
    assert drift(database, 3, 1.5)
    close_all(database)
    assert not drift(database, 9, 1.6)
    assert drift(database, 10, 0.2)
    assert [row["_id"] for row in database[REQUESTS].find().sort("_id")] == [
        "drift:main:2011-06-01",
        "drift:main:2011-06-04",
        "drift:main:2011-06-11",
    ]


def test_drift_waits_for_whatever_is_asked_for_already_and_streams_do_not_share_a_cooldown(
    database: Docs,
) -> None:
    file_request(database, "refit", "main:2011-06-01", DAY, "weekly")
    assert not drift(database, 0, 9.0)
    close_all(database)
    assert drift(database, 0, 9.0)
    close_all(database)
    other = {"as_of": DAY, "score": 1.0, "reason": "x", "cooldown_days": 7}
    assert file_drift_request(database, stream_id="main2", **other)  # type: ignore[arg-type]


def ring(database: Docs, now: datetime) -> bool:
    return file_due(
        database, "0 3 1 * *", "UTC", "recluster", watching_since=DAY - timedelta(days=9), now=now
    )


def test_the_clock_asks_once_a_moment_and_not_again_after_a_run(database: Docs) -> None:
    at_three = DAY + timedelta(hours=3)

    assert not ring(database, DAY)
    assert ring(database, at_three)
    assert not ring(database, at_three + timedelta(seconds=1))  # it waits to be served
    close_all(database)
    assert not ring(database, at_three + timedelta(days=1))  # the same moment is the same wish
    begin_run(database, "run", "recluster", None, DAY + timedelta(days=40))
    assert not ring(database, DAY + timedelta(days=41))  # a run has begun since 1 July
    assert ring(database, DAY + timedelta(days=70))
    assert [row["_id"] for row in database[REQUESTS].find().sort("_id")] == [
        "schedule:cron:2011-06-01T03:00Z",
        "schedule:cron:2011-08-01T03:00Z",
    ]


def test_the_clock_does_not_ask_before_there_is_a_model(mongo_database: Docs) -> None:
    ensure(mongo_database)

    assert not ring(mongo_database, DAY + timedelta(hours=3))
