"""What a run reads of the run before it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo.database import Database

from batch.load import load_last_run
from shared.adapters.mongo.collections import RUNS, ensure
from shared.adapters.mongo.runs import begin_run, finish_run
from shared.core.choice.k_rule import LastRun

Docs = Database[dict[str, Any]]
START = datetime(2011, 6, 1, tzinfo=UTC)
LATER = START + timedelta(days=30)
MEMORY = {"current_k": 4, "leaders": [3, 5], "has_missed": True}


def record(database: Docs, name: str, day: int, status: Any, metrics: dict[str, Any]) -> None:
    begin_run(database, name, "recluster", None, START + timedelta(days=day))
    as_of = START + timedelta(days=day)
    finish_run(database, name, status=status, reason="test", as_of=as_of, metrics=metrics)


def test_before_any_run_nothing_is_remembered(mongo_database: Docs) -> None:
    ensure(mongo_database)

    assert load_last_run(mongo_database, "recluster", LATER) is None


def test_the_newest_run_that_came_to_a_decision_counts(mongo_database: Docs) -> None:
    ensure(mongo_database)
    record(mongo_database, "old", 1, "done", {"k_memory": MEMORY | {"current_k": 9}})
    record(mongo_database, "newest", 3, "done", {"k_memory": MEMORY})
    record(mongo_database, "failed", 4, "failed", {})
    begin_run(mongo_database, "running", "recluster", None, START + timedelta(days=5))

    assert load_last_run(mongo_database, "recluster", LATER) == LastRun(4, frozenset({3, 5}), has_missed=True)
    assert load_last_run(mongo_database, "another job", LATER) is None


def test_a_first_champions_run_has_seen_no_other_k(mongo_database: Docs) -> None:
    ensure(mongo_database)
    record(mongo_database, "first", 1, "done", {"k_memory": None})

    assert load_last_run(mongo_database, "recluster", LATER) is None
    assert mongo_database[RUNS].count_documents({}) == 1


def test_a_run_of_the_same_tick_is_no_second_opinion(mongo_database: Docs) -> None:
    ensure(mongo_database)
    record(mongo_database, "earlier", 1, "done", {"k_memory": MEMORY})
    record(mongo_database, "same tick", 2, "done", {"k_memory": MEMORY | {"leaders": [7]}})

    remembered = load_last_run(mongo_database, "recluster", START + timedelta(days=2))

    assert remembered == LastRun(4, frozenset({3, 5}), has_missed=True)
