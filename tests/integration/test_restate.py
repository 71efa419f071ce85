"""Model steps over a real customer table: exact sums, and the same end after any interruption."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from shared.adapters.mongo import collections, customer_store
from shared.core.fixed_point import from_fixed
from shared.errors import LeaseHeld
from shared.settings import Settings, StreamSettings, TickSettings
from streaming.driver import live_store, restate
from streaming.driver.job import StreamJob
from streaming.driver.live import LiveState, learn
from streaming.driver.restate import recount
from tests.support import small_model
from tests.support.merging import chunk_of, merge, no_tasks, put_in_force, state_under, stored
from tests.support.small_model import AS_OF, AS_OF_MS
from tests.support.state_oracle import DAY_MS, Line

if TYPE_CHECKING:
    from collections.abc import Callable

    from pymongo.database import Database

    from shared.core.model.artifact import ModelArtifact

    Mongo = Database[dict[str, Any]]

N = 60
SETTINGS = Settings(tick=TickSettings(clock="event"), stream=StreamSettings(pause_for_requests=False))
NEXT_DAY = AS_OF.date() + timedelta(days=9)
SEEN = frozenset({1, 2, 3})


class _Interrupted(Exception):
    """Stands for a power cut."""


def _lines(seed: int, days_ago: int) -> list[Line]:
    rng = np.random.default_rng(seed)
    return [
        Line(
            customer=int(rng.integers(N)),
            event=1000 * seed + i,
            invoice=100 * seed + i % 40,
            ms=AS_OF_MS - days_ago * DAY_MS + i,
            amount=int(rng.integers(-100_000, 5_000_000)),
            is_return=i % 9 == 8,
        )
        for i in range(150)
    ]


@pytest.fixture
def champion(mongo_database: "Mongo") -> "ModelArtifact":
    collections.ensure(mongo_database)
    return put_in_force(mongo_database, small_model.champion(), 0)


@pytest.fixture
def state(mongo_database: "Mongo", champion: "ModelArtifact") -> LiveState:
    """A stream that has merged two batches under the champion."""
    state = live_store.save(mongo_database, state_under(champion))
    for number, days_ago in enumerate((12, 3)):
        chunk = chunk_of(_lines(number + 1, days_ago), 150 * number)
        merged = merge(mongo_database, state, champion, chunk)
        state = learn(state, state.population.merge(merged.delta), champion)
        state = live_store.save(mongo_database, replace(state, offsets={0: 150 * (number + 1)}))
    return state


def _adopt(database: "Mongo", state: LiveState) -> LiveState:
    job = StreamJob(database, SETTINGS, state, no_tasks)
    job.idle()
    return job.state


def _with_a_new_day(state: LiveState) -> LiveState:
    return replace(state, days={NEXT_DAY: SEEN})


def _is_consistent(database: "Mongo", state: LiveState, champion: "ModelArtifact") -> bool:
    """Whether sums equal the table's, prototypes their sums, and everybody stands at the target."""
    documents = stored(database).values()
    epochs = {(d["model_version"], d["model_epoch"], d["as_of"].timestamp() * 1000) for d in documents}
    now = state.standing
    supported = state.population.segments.counts > 0
    means = (
        from_fixed(state.population.segments.sums[supported])
        / state.population.segments.counts[supported, None]
    )
    return (
        state.population == recount(database, state, champion)
        and epochs == {(now.version, now.epoch, now.as_of_ms)}
        and bool(np.allclose(state.centers[supported], means, atol=1e-12))
        and live_store.load(database, "main") is not None
    )


def _everything(database: "Mongo", state: LiveState) -> tuple[Any, ...]:
    """All that a restate leaves behind, revisions apart."""
    documents = [{k: v for k, v in d.items() if k != "rev"} for d in stored(database).values()]
    feed = sorted(database["transitions"].find(), key=lambda row: row["_id"])
    model = (
        state.now,
        state.pending,
        state.centers.tobytes(),
        state.unit_weights.tobytes(),
        state.population.to_document(),
    )
    return documents, feed, model


def test_incremental_sums_equal_a_recount(
    mongo_database: "Mongo", champion: "ModelArtifact", state: LiveState
) -> None:
    assert state.population == recount(mongo_database, state, champion)
    assert state.population.total("clusterable") > N / 2


def test_a_new_day_ages_everybody_and_remembers_what_the_tick_found(
    mongo_database: "Mongo", champion: "ModelArtifact", state: LiveState
) -> None:
    before = stored(mongo_database)
    aged = _adopt(mongo_database, _with_a_new_day(state))
    assert aged.standing.as_of_ms == AS_OF_MS + 10 * DAY_MS
    assert (aged.pending, aged.days) == (None, {})
    assert _is_consistent(mongo_database, aged, champion)
    for customer_id, document in stored(mongo_database).items():
        old = before[customer_id]
        assert document["at_tick"]["monetary_minor"] == document["monetary_minor"] == old["monetary_minor"]
        assert document["recent_events"] == old["recent_events"]
        if document["segment_id"] != old["segment_id"]:
            assert document["last_transition"]["cause"] == "ageing"
            assert (document["last_transition"]["from"], document["last_transition"]["offset"]) == (
                old["segment_id"],
                None,
            )
        else:
            assert document["last_transition"] == old["last_transition"]


def test_a_new_champion_takes_over_and_every_move_is_in_the_feed_once(
    mongo_database: "Mongo", champion: "ModelArtifact", state: LiveState
) -> None:
    before, old_feed = stored(mongo_database), mongo_database["transitions"].count_documents({})
    new = put_in_force(mongo_database, small_model.champion(2, shift=0.4), 1)
    taken = _adopt(mongo_database, state)
    assert (taken.standing.version, taken.standing.epoch) == (new.version, 2)
    assert _is_consistent(mongo_database, taken, new)
    after = stored(mongo_database)
    moved = {c for c in after if after[c]["segment_id"] != before[c]["segment_id"]}
    feed = list(mongo_database["transitions"].find({"cause": "model"}))
    assert {row["customer_id"] for row in feed} == moved
    assert len(feed) == len(moved) == mongo_database["transitions"].count_documents({}) - old_feed
    assert all(row["model_epoch"] == 2 and row["offset"] is None for row in feed)
    assert all(d["at_tick"] is None for d in after.values())


def test_where_nothing_is_due_nothing_is_written(
    mongo_database: "Mongo", champion: "ModelArtifact", state: LiveState
) -> None:
    before = stored(mongo_database)
    assert _adopt(mongo_database, state) is state
    assert stored(mongo_database) == before


def test_without_a_champion_only_the_tick_moves(mongo_database: "Mongo") -> None:
    collections.ensure(mongo_database)
    state = _adopt(mongo_database, _with_a_new_day(state_under(None)))
    assert (state.standing.as_of_ms, state.standing.model) == (AS_OF_MS + 10 * DAY_MS, None)


def _cut(after: str) -> "Callable[[str], None]":
    left = [int(after.partition(":")[2] or 1)]

    def failpoint(name: str) -> None:
        if name == after.partition(":")[0]:
            left[0] -= 1
            if left[0] == 0:
                raise _Interrupted

    return failpoint


@pytest.mark.parametrize(
    "point", ["pending_written", "documents_rewritten", "documents_rewritten:3", "transitions_written"]
)
@pytest.mark.parametrize("step", ["day", "champion"])
def test_an_interrupted_step_ends_as_if_it_had_not_been_interrupted(
    mongo_database: "Mongo",
    mongo_client: Any,
    champion: "ModelArtifact",
    state: LiveState,
    monkeypatch: pytest.MonkeyPatch,
    point: str,
    step: str,
) -> None:
    monkeypatch.setattr(restate, "_WRITE_CHUNK", 10)
    if step == "champion":
        put_in_force(mongo_database, small_model.champion(2, shift=0.4), 1)
    else:
        state = live_store.save(mongo_database, _with_a_new_day(state))
    twin_name = f"{mongo_database.name}_twin"
    try:
        twin = mongo_client[twin_name]
        for name in mongo_database.list_collection_names():
            documents = list(mongo_database[name].find())
            if documents:
                twin[name].insert_many(documents)
        expected = _everything(twin, _adopt(twin, state))
    finally:
        mongo_client.drop_database(twin_name)

    with monkeypatch.context() as patched:
        for module in (
            "streaming.driver.job",
            "streaming.driver.restate",
            "shared.adapters.mongo.transitions",
        ):
            patched.setattr(f"{module}.failpoint", _cut(point))
        with pytest.raises(_Interrupted):
            _adopt(mongo_database, state)
    crashed = live_store.load(mongo_database, "main")
    assert crashed is not None
    assert crashed.pending is not None

    assert _everything(mongo_database, _adopt(mongo_database, crashed)) == expected


def test_a_customer_that_somebody_else_writes_meanwhile_stops_the_step(
    mongo_database: "Mongo", champion: "ModelArtifact", state: LiveState, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = customer_store.set_keys

    def set_keys(customers: Any, ids: Any, revs: Any, keys: Any) -> int:
        customers.update_one({"_id": ids[0]}, {"$inc": {"rev": 1}})
        return real(customers, ids, revs, keys)

    monkeypatch.setattr(customer_store, "set_keys", set_keys)
    with pytest.raises(LeaseHeld, match="1 customers changed"):
        _adopt(mongo_database, _with_a_new_day(state))


def test_a_recount_after_a_clean_step_moves_no_prototype(
    mongo_database: "Mongo", champion: "ModelArtifact", state: LiveState
) -> None:
    aged = _adopt(mongo_database, _with_a_new_day(state))
    again = learn(aged, recount(mongo_database, aged, champion), champion)
    assert again.centers.tobytes() == aged.centers.tobytes()
    assert again.unit_weights.tobytes() == aged.unit_weights.tobytes()


def test_recovery_counts_what_is_ahead_and_writes_the_metrics_a_crash_left_out(
    mongo_database: "Mongo", champion: "ModelArtifact", state: LiveState
) -> None:
    merge(mongo_database, state, champion, chunk_of(_lines(3, 1), 300))
    mongo_database["transitions"].delete_many({"offset": {"$gte": 300}})
    job = StreamJob(mongo_database, SETTINGS, state, no_tasks)
    job.recover()
    assert job.state.population == recount(mongo_database, job.state, champion)
    assert job.state.population.total("applied") > state.population.total("applied")
    moves = [document["last_transition"] for document in stored(mongo_database).values()]
    n_ahead = sum(bool(move) and move["offset"] is not None and move["offset"] >= 300 for move in moves)
    assert mongo_database["transitions"].count_documents({"offset": {"$gte": 300}}) == n_ahead > 0
    assert mongo_database["segments"].count_documents({}) == champion.k
    assert mongo_database["segment_stats"].count_documents({}) == champion.k


def test_the_live_model_comes_back_as_it_was_written(mongo_database: "Mongo", state: LiveState) -> None:
    read = live_store.load(mongo_database, "main")
    assert read is not None
    assert live_store._document(read) | {"updated_at": 0} == live_store._document(state) | {"updated_at": 0}


def test_an_instance_that_was_overtaken_may_not_write(mongo_database: "Mongo", state: LiveState) -> None:
    live_store.save(mongo_database, state)
    with pytest.raises(LeaseHeld, match="another has written it"):
        live_store.save(mongo_database, state)
    with pytest.raises(LeaseHeld, match="another has written it"):
        live_store.save(mongo_database, replace(state, rev=0))
