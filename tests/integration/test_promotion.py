"""Moving the pointer: pins, fences, rollbacks, tampered models, and what drift may ask for."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pymongo.database import Database

from batch.gate import Decision
from batch.promote import load_incumbent, publish
from batch.schedule import file_due
from shared.adapters import registry
from shared.adapters.mongo.collections import MODELS, REQUESTS, SEGMENT_NAMES, ensure
from shared.adapters.mongo.leases import Lease
from shared.adapters.mongo.models import (
    Pointer,
    insert_model,
    next_segment_id,
    promote,
    raise_fence,
    read_pointer,
    set_pinned,
)
from shared.adapters.mongo.requests import file_drift_request, file_request
from shared.adapters.mongo.runs import begin_run
from shared.adapters.mongo.segment_names import load_names, rename_segment, reset_name
from shared.core.segment_names import GivenName
from shared.errors import InvalidConfig, LeaseHeld, ModelNotFound, ReclusteringError, SchemaMismatch
from tests.support import small_model

Docs = Database[dict[str, Any]]
DAY = datetime(2011, 6, 1, tzinfo=UTC)
RESEGMENT = str(Path(sys.executable).with_name("resegment"))
DEADLINE_S = 60.0
YES = Decision(promote=True, reason="better", checks=())


@pytest.fixture
def database(mongo_database: Docs) -> Docs:
    """Hold three models: 2 is in force, 1 was before it, 3 was refused."""
    ensure(mongo_database)
    for _ in range(3):
        insert_model(mongo_database, small_model.champion())
    promote(mongo_database, 1, 0, "first")
    promote(mongo_database, 2, 1, "better")
    return mongo_database


def lease(epoch: int) -> Lease:
    return Lease("recluster", "a test", epoch)


def tamper(database: Docs, version: int) -> None:
    database[MODELS].update_one({"_id": version}, {"$set": {"quantization_error": 0.1}})


# --- fence and pin ----------------------------------------------------------------------------------------


def test_a_job_whose_lease_has_gone_to_another_cannot_publish(database: Docs) -> None:
    raise_fence(database, lease(4))
    incumbent = load_incumbent(database)
    raise_fence(database, lease(5))  # the next holder begins; the pointer has not moved

    with pytest.raises(ReclusteringError, match="under this job's lease"):
        publish(database, small_model.champion(), YES, incumbent, lease(4))
    with pytest.raises(LeaseHeld, match="later holder"):
        raise_fence(database, lease(4))

    assert read_pointer(database) == Pointer(2, 1, 2)
    publish(database, small_model.champion(), YES, load_incumbent(database), lease(5))
    assert read_pointer(database) == Pointer(5, 2, 3)


def test_a_pin_that_came_while_a_run_computed_stops_it(database: Docs) -> None:
    incumbent = load_incumbent(database)
    set_pinned(database, pinned=True)

    with pytest.raises(ReclusteringError, match="unpinned"):
        publish(database, small_model.champion(), YES, incumbent, lease(1))

    assert read_pointer(database) == Pointer(2, 1, 2, pinned=True)


def test_a_pinned_champion_gives_way_to_nobody_until_it_is_unpinned(database: Docs) -> None:
    assert registry.pin(database, None) == Pointer(2, 1, 2, pinned=True)
    with pytest.raises(ReclusteringError, match="unpin"):
        registry.put_in_force(database, 3, "x")
    with pytest.raises(ReclusteringError, match="unpin"):
        registry.roll_back(database, "x")
    with pytest.raises(ReclusteringError, match="unpin"):
        registry.pin(database, 3)

    assert registry.unpin(database) == Pointer(2, 1, 2)
    assert registry.pin(database, 3) == Pointer(3, 2, 3, pinned=True)


def test_a_rollback_is_a_move_like_any_other_and_its_own_inverse(database: Docs) -> None:
    assert registry.roll_back(database, "worse") == Pointer(1, 2, 3)
    assert registry.roll_back(database, "not worse") == Pointer(2, 1, 4)


def test_without_an_earlier_model_there_is_no_way_back(mongo_database: Docs) -> None:
    ensure(mongo_database)
    with pytest.raises(ModelNotFound, match="in force before"):
        registry.roll_back(mongo_database, "x")
    with pytest.raises(ModelNotFound, match="no"):
        registry.pin(mongo_database, None)


def test_promoting_what_is_in_force_changes_nothing(database: Docs) -> None:
    assert registry.put_in_force(database, 2, "again") == Pointer(2, 1, 2)


def test_identities_are_issued_above_all_stored_models_not_only_the_champion(database: Docs) -> None:
    insert_model(database, replace(small_model.champion(), next_segment_id=250))

    assert next_segment_id(database) == 250
    assert load_incumbent(database).next_segment_id == 250


# --- tampering --------------------------------------------------------------------------------------------


def test_a_tampered_model_is_listed_as_such_and_cannot_be_moved_to(database: Docs) -> None:
    tamper(database, 1)

    states = {row.version: row.state for row in registry.list_models(database)}
    assert states == {1: "unreadable", 2: "champion", 3: "stored"}
    with pytest.raises(SchemaMismatch, match="changed afterwards"):
        registry.roll_back(database, "x")
    with pytest.raises(SchemaMismatch, match="changed afterwards"):
        registry.describe(database, 1)
    assert read_pointer(database) == Pointer(2, 1, 2)


# --- drift ------------------------------------------------------------------------------------------------


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


# --- the wall clock ---------------------------------------------------------------------------------------


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


# --- names ------------------------------------------------------------------------------------------------


def test_a_name_lasts_until_it_is_reset(database: Docs) -> None:
    segments = rename_segment(database, 11, "  Friends of the house ", None)

    assert [one.name for one in segments] == [
        "Segment 1.0",
        "Friends of the house",
        "Segment 1.2",
        "Segment 1.3",
    ]
    assert load_names(database) == {11: GivenName("Friends of the house")}
    promote(database, 3, 2, "better")
    assert load_names(database)[11].name == "Friends of the house"
    assert reset_name(database, 11)[1].name == "Segment 1.1"
    assert database[SEGMENT_NAMES].count_documents({}) == 0


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "two\nlines", "Segment 1.2"])
def test_a_name_that_cannot_be_told_apart_or_shown_is_refused(database: Docs, name: str) -> None:
    with pytest.raises(InvalidConfig, match="name"):
        rename_segment(database, 11, name, None)
    assert load_names(database) == {}


def test_only_segments_in_force_can_be_named(database: Docs) -> None:
    with pytest.raises(ModelNotFound, match="10, 11, 12, 13"):
        rename_segment(database, 99, "Friends", None)


# --- on the command line ----------------------------------------------------------------------------------


def run(mongo_uri: str, database: Docs, *words: str, code: int = 0) -> str:
    settings = os.environ | {"RESEG_MONGO__URI": mongo_uri, "RESEG_MONGO__DATABASE": database.name}
    ended = subprocess.run(
        [RESEGMENT, *words], env=settings, capture_output=True, timeout=DEADLINE_S, check=False, text=True
    )
    assert ended.returncode == code, ended.stderr
    return ended.stdout if code == 0 else ended.stderr


def test_the_command_line_lists_shows_compares_and_moves(database: Docs, mongo_uri: str) -> None:
    listed = json.loads(run(mongo_uri, database, "model", "ls", "--json"))
    shown = json.loads(run(mongo_uri, database, "model", "show", "2", "--json"))
    compared = json.loads(run(mongo_uri, database, "model", "diff", "1", "2", "--json"))

    assert [(row["version"], row["state"]) for row in listed] == [
        (3, "stored"),
        (2, "champion"),
        (1, "previous"),
    ]
    assert [segment["segment_id"] for segment in shown["segments"]] == [10, 11, 12, 13]
    assert shown["gates"] == shown["lineage"] == []
    assert [row["shift"] for row in compared["segments"]] == pytest.approx([0.0] * 4, abs=1)
    back = json.loads(run(mongo_uri, database, "model", "rollback", "--json"))
    assert back == {"version": 1, "previous": 2, "epoch": 3, "pinned": False}
    assert "model 3 is in force (pinned, epoch 4)" in run(mongo_uri, database, "model", "pin", "3")
    assert "unpin" in run(mongo_uri, database, "model", "promote", "1", code=1)
    assert "not pinned" in run(mongo_uri, database, "model", "unpin")
    for words in (["ls"], ["show", "3"], ["diff", "1", "3"]):
        assert "Segment" in run(mongo_uri, database, "model", *words) or words == ["ls"]


def test_the_command_line_refuses_a_tampered_model_with_its_reason(database: Docs, mongo_uri: str) -> None:
    tamper(database, 3)

    for words in (("show", "3"), ("diff", "2", "3"), ("promote", "3"), ("pin", "3")):
        assert "changed afterwards" in run(mongo_uri, database, "model", *words, code=1)
    assert "unreadable" in run(mongo_uri, database, "model", "ls")
    assert "99" in run(mongo_uri, database, "model", "show", "99", code=1)


def test_the_command_line_names_segments(database: Docs, mongo_uri: str) -> None:
    said = run(mongo_uri, database, "segments", "rename", "11", "Friends", "--action", "Call them")

    assert "'Friends'" in said
    shown = json.loads(run(mongo_uri, database, "model", "show", "2", "--json"))
    assert (shown["segments"][1]["name"], shown["segments"][1]["action"]) == ("Friends", "Call them")
    run(mongo_uri, database, "segments", "rename", "11", "--reset")
    assert load_names(database) == {}
    assert "another segment" in run(mongo_uri, database, "segments", "rename", "11", "Segment 1.0", code=2)
