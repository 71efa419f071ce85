"""What a stream does when the pointer or a name moves: follow, refuse, restate, and mend after a crash."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pymongo.database import Database

from shared.adapters import registry
from shared.adapters.mongo import collections
from shared.adapters.mongo.models import insert_model, promote, read_pointer
from shared.adapters.mongo.segment_names import rename_segment, reset_name
from shared.core.model.artifact import ModelArtifact
from shared.errors import SchemaMismatch
from shared.settings import Settings, StreamSettings, TickSettings
from streaming.driver import adopt, live_store
from streaming.driver.champions import Champions
from streaming.driver.job import StreamJob
from streaming.driver.live import learn
from streaming.driver.restate import recount
from streaming.driver.startup import leave_unreadable
from tests.support import small_model
from tests.support.merging import chunk_of, merge, no_tasks, put_in_force, state_under, stored
from tests.support.small_model import AS_OF_MS
from tests.support.state_oracle import DAY_MS, Line

Mongo = Database[dict[str, Any]]
N = 60
SETTINGS = Settings(tick=TickSettings(clock="event"), stream=StreamSettings(pause_for_requests=False))


class _PowerCut(Exception):
    pass


def _lines() -> list[Line]:
    rng = np.random.default_rng(2)
    return [
        Line(
            customer=int(rng.integers(N)),
            event=i,
            invoice=i % 80,
            ms=AS_OF_MS - 5 * DAY_MS + i,
            amount=int(rng.integers(1_000, 5_000_000)),
            is_return=False,
        )
        for i in range(300)
    ]


@pytest.fixture
def champion(mongo_database: Mongo) -> ModelArtifact:
    collections.ensure(mongo_database)
    return put_in_force(mongo_database, small_model.champion(), 0)


@pytest.fixture
def job(mongo_database: Mongo, champion: ModelArtifact) -> StreamJob:
    """A stream whose customers stand under the champion."""
    state = live_store.save(mongo_database, state_under(champion))
    merged = merge(mongo_database, state, champion, chunk_of(_lines(), 0))
    state = learn(state, state.population.merge(merged.delta), champion)
    live_store.save(mongo_database, replace(state, offsets={0: 300}))
    return started(mongo_database)


def started(database: Mongo) -> StreamJob:
    """Start the job over, as after a stop."""
    state = live_store.load(database, "main")
    assert state is not None
    state = leave_unreadable(state, Champions(database), read_pointer(database))
    return StreamJob(database, SETTINGS, state, no_tasks)


def names(database: Mongo) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for row in stored(database).values():
        if row["segment_id"] is not None:
            found.setdefault(row["segment_id"], set()).add(row["segment_name"])
    return found


def placed(database: Mongo) -> dict[str, Any]:
    """What a model decides about each customer."""
    skipped = {"rev", "model_epoch", "last_transition"}
    return {
        at: {name: value for name, value in row.items() if name not in skipped}
        for at, row in stored(database).items()
    }


# --- names ------------------------------------------------------------------------------------------------


def test_a_given_name_reaches_customers_segments_and_measurements(
    mongo_database: Mongo, job: StreamJob
) -> None:
    before = names(mongo_database)
    some = max(before)
    rename_segment(mongo_database, some, "Friends", "Call them")

    job.idle()

    assert names(mongo_database) == before | {some: {"Friends"}}
    row = mongo_database["segments"].find_one({"segment_id": some})
    assert row is not None
    assert (row["name"], row["action"]) == ("Friends", "Call them")
    measured = mongo_database["drift_metrics"].distinct("segment_name", {"segment_id": some})
    assert measured in (["Friends"], [])
    revisions = {at: row["rev"] for at, row in stored(mongo_database).items()}
    job.idle()
    assert revisions == {at: row["rev"] for at, row in stored(mongo_database).items()}

    reset_name(mongo_database, some)
    job.idle()
    assert names(mongo_database) == before


def test_a_given_name_survives_a_new_champion_with_the_same_identity(
    mongo_database: Mongo, job: StreamJob, champion: ModelArtifact
) -> None:
    some = max(names(mongo_database))
    rename_segment(mongo_database, some, "Friends", None)
    job.idle()

    put_in_force(mongo_database, replace(champion, centers=champion.centers + 0.05), 1)
    job.idle()

    assert job.state.standing.version == 2
    assert names(mongo_database)[some] == {"Friends"}


def test_a_crash_between_customers_and_live_model_is_mended_by_the_next_start(
    mongo_database: Mongo, job: StreamJob, champion: ModelArtifact, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = max(names(mongo_database))
    rename_segment(mongo_database, some, "Friends", None)

    def cut(point: str) -> None:
        if point == "customers_renamed":
            raise _PowerCut

    with monkeypatch.context() as patched:
        patched.setattr(adopt, "failpoint", cut)
        with pytest.raises(_PowerCut):
            job.idle()

    again = started(mongo_database)
    again.recover()
    again.idle()
    assert names(mongo_database)[some] == {"Friends"}
    assert again.state.names[some].name == "Friends"
    assert again.state.population == recount(mongo_database, again.state, champion)


# --- models -----------------------------------------------------------------------------------------------


def test_a_tampered_model_is_not_followed_and_somebody_is_told_until_it_is_over(
    mongo_database: Mongo, job: StreamJob, champion: ModelArtifact
) -> None:
    job.idle()
    before = placed(mongo_database)
    put_in_force(mongo_database, small_model.champion(2, shift=0.4), 1)
    mongo_database["models"].update_one({"_id": 2}, {"$set": {"quantization_error": 0.1}})

    for _ in range(2):
        job.idle()

    assert job.state.standing.version == champion.version
    assert placed(mongo_database) == before
    alert = mongo_database["alerts"].find_one({"kind": "model_refused"})
    assert alert is not None
    assert (alert["status"], alert["severity"]) == ("firing", "page")
    assert "changed afterwards" in alert["message"]

    with pytest.raises(SchemaMismatch):
        registry.describe(mongo_database, 2)
    registry.roll_back(mongo_database, "tampered")
    job.idle()

    assert (job.state.standing.version, job.state.standing.epoch) == (1, 3)
    alert = mongo_database["alerts"].find_one({"kind": "model_refused"})
    assert alert is not None
    assert alert["status"] == "resolved"


def test_a_start_leaves_a_model_that_was_tampered_with_for_the_one_that_is_put_in_force(
    mongo_database: Mongo, job: StreamJob, champion: ModelArtifact
) -> None:
    job.idle()
    mongo_database["models"].update_one({"_id": champion.version}, {"$set": {"quantization_error": 0.1}})
    with pytest.raises(SchemaMismatch, match="changed afterwards"):
        started(mongo_database).recover()
    second = put_in_force(mongo_database, small_model.champion(2, shift=0.4), 1)

    again = started(mongo_database)
    again.recover()
    again.idle()

    assert again.state.standing.version == second.version
    assert again.state.population == recount(mongo_database, again.state, second)
    assert {row["model_version"] for row in stored(mongo_database).values()} == {second.version}


def test_a_pointer_to_a_model_that_is_gone_is_not_followed_either(
    mongo_database: Mongo, job: StreamJob, champion: ModelArtifact
) -> None:
    put_in_force(mongo_database, small_model.champion(2, shift=0.4), 1)
    mongo_database["models"].delete_one({"_id": 2})

    job.idle()

    assert job.state.standing.version == champion.version
    assert mongo_database["alerts"].count_documents({"kind": "model_refused", "status": "firing"}) == 1


def test_a_rollback_brings_every_customer_back_to_where_the_model_put_them_that_day(
    mongo_database: Mongo, job: StreamJob, champion: ModelArtifact
) -> None:
    second = insert_model(mongo_database, small_model.champion(2, shift=0.4))
    promote(mongo_database, second.version, 1, "better")
    job.idle()
    away = placed(mongo_database)
    registry.roll_back(mongo_database, "worse")
    job.idle()
    back = placed(mongo_database)
    rows = list(mongo_database["segments"].find({"model_epoch": 3}))

    registry.roll_back(mongo_database, "not worse")
    job.idle()
    assert placed(mongo_database) == away
    registry.roll_back(mongo_database, "worse after all")
    job.idle()
    assert placed(mongo_database) == back

    again = list(mongo_database["segments"].find({"model_epoch": 5}))
    assert [row | {"_id": 0, "model_epoch": 0} for row in rows] == [
        row | {"_id": 0, "model_epoch": 0} for row in again
    ]
    assert {row["model_version"] for row in stored(mongo_database).values()} == {champion.version}
