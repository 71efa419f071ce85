"""Leases, requests, the pointer: what keeps two jobs out of each other's way."""

import os
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from pymongo.database import Database

from shared.adapters.mongo.collections import LEASES, MODELS, ensure
from shared.adapters.mongo.leases import Lease, LeaseKeeper, acquire, release, renew
from shared.adapters.mongo.models import (
    insert_model,
    load_champion,
    load_model,
    promote,
    raise_fence,
    read_pointer,
)
from shared.adapters.mongo.requests import claim, file_request, finish, open_requests
from shared.core.model.artifact import ModelArtifact, Segment, SomArtifact
from shared.core.model.transform import FeatureTransform
from shared.errors import LeaseHeld, ModelNotFound, SchemaMismatch
from tests.support.requests import is_open

Docs = Database[dict[str, Any]]
NOON = datetime(2011, 12, 1, 12, tzinfo=UTC)
LONG_S = 600.0


@pytest.fixture
def database(mongo_database: Docs) -> Docs:
    ensure(mongo_database)
    return mongo_database


def model(seed: int = 1) -> ModelArtifact:
    return ModelArtifact(
        version=0,
        parent=None,
        provisional=False,
        created_at=NOON,
        run_id="run",
        transform=FeatureTransform(("monetary",), np.zeros(1), np.ones(1)),
        centers=np.array([[1.0], [2.0]]),
        radii=np.ones(2),
        counts=np.array([3, 4]),
        distance_p995=np.ones(2),
        quantization_error=0.5,
        distance_p95=0.9,
        bin_edges=np.zeros((1, 2)),
        bin_counts=np.ones((1, 3)),
        som=SomArtifact(1, 2, "rectangular", False, 1.0, np.zeros((2, 1)), 0.2, 0.1, 1.0),
        segments=(Segment(0, 1, "VIP", "thank"), Segment(1, 2, "New", "greet")),
        next_segment_id=3,
        data_from=NOON,
        data_to=NOON,
        as_of=NOON,
        seed=seed,
        code_version="0",
    )


def expire(database: Docs, name: str) -> None:
    database[LEASES].update_one({"_id": name}, {"$set": {"expires_at": datetime(2000, 1, 1, tzinfo=UTC)}})


def test_a_held_lease_names_its_holder(database: Docs) -> None:
    acquire(database, "recluster", holder="first", ttl_s=LONG_S)

    with pytest.raises(LeaseHeld) as caught:
        acquire(database, "recluster", holder="second", ttl_s=LONG_S)

    message = str(caught.value)
    assert "first" in message
    assert socket.gethostname() in message
    assert f"pid {os.getpid()}" in message
    assert caught.value.exit_code == 6


def test_of_many_at_once_one_gets_the_lease(database: Docs) -> None:
    def try_it(number: int) -> Lease | None:
        try:
            return acquire(database, "recluster", holder=str(number), ttl_s=LONG_S)
        except LeaseHeld:
            return None

    with ThreadPoolExecutor(8) as pool:
        got = [lease for lease in pool.map(try_it, range(16)) if lease is not None]

    assert len(got) == 1


def test_the_epoch_grows_with_every_holder_and_fences_the_one_before(database: Docs) -> None:
    first = acquire(database, "recluster", holder="first", ttl_s=LONG_S)
    expire(database, "recluster")
    second = acquire(database, "recluster", holder="second", ttl_s=LONG_S)

    assert second.epoch == first.epoch + 1
    assert not renew(database, first, LONG_S)
    release(database, first)
    assert renew(database, second, LONG_S)


def test_a_released_lease_is_free_and_its_epoch_goes_on(database: Docs) -> None:
    first = acquire(database, "recluster", holder="first", ttl_s=LONG_S)
    release(database, first)

    assert acquire(database, "recluster", holder="second", ttl_s=LONG_S).epoch == first.epoch + 1


HOLD_AND_DIE = """
import os, sys
from shared.adapters.mongo import connect
from shared.adapters.mongo.leases import acquire
acquire(connect(sys.argv[1], sys.argv[2]), "recluster", holder="doomed", ttl_s=600)
os._exit(9)
"""


def test_a_lease_of_a_dead_process_on_this_machine_is_taken_at_once(database: Docs, mongo_uri: str) -> None:
    command = [sys.executable, "-c", HOLD_AND_DIE, mongo_uri, database.name]
    child = subprocess.Popen(command)
    assert child.wait(timeout=60) == 9
    held = database[LEASES].find_one({"_id": "recluster"})
    assert held is not None
    assert (held["holder"], held["pid"]) == ("doomed", child.pid)

    assert acquire(database, "recluster", holder="next", ttl_s=LONG_S).epoch == 2


def test_a_pid_that_was_given_to_another_process_counts_as_dead(database: Docs) -> None:
    acquire(database, "recluster", holder="first", ttl_s=LONG_S)
    database[LEASES].update_one({"_id": "recluster"}, {"$set": {"started": datetime(2000, 1, 1, tzinfo=UTC)}})

    assert acquire(database, "recluster", holder="second", ttl_s=LONG_S).epoch == 2


def test_a_lease_of_another_machine_lasts_until_it_ends(database: Docs) -> None:
    acquire(database, "recluster", holder="first", ttl_s=LONG_S)
    database[LEASES].update_one({"_id": "recluster"}, {"$set": {"host": "elsewhere", "pid": 2**22}})

    with pytest.raises(LeaseHeld, match="elsewhere"):
        acquire(database, "recluster", holder="second", ttl_s=LONG_S)


def test_a_keeper_prolongs_its_lease(database: Docs) -> None:
    lease = acquire(database, "recluster", holder="first", ttl_s=1.0)
    before = database[LEASES].find_one({"_id": "recluster"})
    assert before is not None

    with LeaseKeeper(database, lease, 1.0) as keeper:
        assert not keeper.lost.wait(2.5)

    after = database[LEASES].find_one({"_id": "recluster"})
    assert after is not None
    assert after["expires_at"] > before["expires_at"] + timedelta(seconds=1)


def test_a_keeper_tells_when_its_lease_is_lost(database: Docs) -> None:
    lease = acquire(database, "recluster", holder="first", ttl_s=1.0)
    with LeaseKeeper(database, lease, 1.0) as keeper:
        expire(database, "recluster")
        database[LEASES].update_one({"_id": "recluster"}, {"$inc": {"epoch": 1}})

        assert keeper.lost.wait(30)


def test_filing_the_same_request_twice_files_it_once(database: Docs) -> None:
    assert file_request(database, "refit", "2011-12-01", NOON, "weekly")
    assert not file_request(database, "refit", "2011-12-01", NOON, "weekly")
    assert [request.id for request in open_requests(database)] == ["refit:2011-12-01"]


def test_requests_are_served_once_and_oldest_first(database: Docs) -> None:
    for day in "cab":
        file_request(database, "refit", day, NOON, "weekly")
    lease = acquire(database, "recluster", holder="first", ttl_s=LONG_S)

    with ThreadPoolExecutor(4) as pool:
        got = [request for request in pool.map(lambda _: claim(database, lease), range(8)) if request]

    assert sorted(request.id for request in got) == ["refit:a", "refit:b", "refit:c"]
    assert claim(database, lease) is None
    assert is_open(database, "refit:a")


def test_a_finished_request_is_closed_for_good(database: Docs) -> None:
    file_request(database, "drift", "1", None, "share_psi")
    lease = acquire(database, "recluster", holder="first", ttl_s=LONG_S)
    claim(database, lease)

    assert finish(database, "drift:1", lease, status="done", outcome="kept", run_id="run")
    assert not finish(database, "drift:1", lease, status="failed", outcome="late", run_id="run")
    assert not is_open(database, "drift:1")
    assert not file_request(database, "drift", "1", None, "share_psi")


def test_a_request_of_a_killed_job_is_served_again_and_the_dead_job_cannot_close_it(database: Docs) -> None:
    file_request(database, "bootstrap", "1", NOON, "500 customers")
    dead = acquire(database, "recluster", holder="first", ttl_s=LONG_S)
    claim(database, dead)
    expire(database, "recluster")
    alive = acquire(database, "recluster", holder="second", ttl_s=LONG_S)

    again = claim(database, alive)

    assert again is not None
    assert again.id == "bootstrap:1"
    assert not finish(database, again.id, dead, status="done", outcome="promoted", run_id="run")
    assert finish(database, again.id, alive, status="done", outcome="promoted", run_id="run")


def test_one_request_can_be_claimed_before_older_ones(database: Docs) -> None:
    file_request(database, "refit", "older", NOON, "weekly")
    file_request(database, "operator", "now", NOON, "asked")
    lease = acquire(database, "recluster", holder="first", ttl_s=LONG_S)

    claimed = claim(database, lease, "operator:now")

    assert claimed is not None
    assert claimed.kind == "operator"


def test_models_get_rising_versions_even_when_stored_at_once(database: Docs) -> None:
    with ThreadPoolExecutor(8) as pool:
        stored = list(pool.map(lambda _: insert_model(database, model()), range(12)))

    assert sorted(one.version for one in stored) == list(range(1, 13))


def test_a_stored_model_reads_back_with_its_checksum(database: Docs) -> None:
    stored = insert_model(database, model())

    assert load_model(database, stored.version).checksum == stored.checksum
    with pytest.raises(ModelNotFound, match="model 99"):
        load_model(database, 99)


def test_the_pointer_moves_only_from_the_epoch_it_was_read_at(database: Docs) -> None:
    first, second = insert_model(database, model(1)), insert_model(database, model(2))

    started = promote(database, first.version, 0, "$first")
    assert started is not None
    assert (started.version, started.previous, started.epoch) == (1, None, 1)
    assert promote(database, second.version, 0, "late") is None
    moved = promote(database, second.version, 1, "better")
    assert moved is not None
    assert (moved.version, moved.previous, moved.epoch) == (2, 1, 2)
    assert promote(database, first.version, 1, "late") is None
    assert read_pointer(database) == moved


def test_of_many_promotions_at_once_one_wins(database: Docs) -> None:
    stored = [insert_model(database, model(seed)) for seed in range(6)]
    barrier = threading.Barrier(6, timeout=60)

    def race(one: ModelArtifact) -> bool:
        barrier.wait()
        return promote(database, one.version, 0, "first") is not None

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(race, stored)) == 1


def test_there_is_no_champion_before_the_first_promotion(database: Docs) -> None:
    insert_model(database, model())

    raise_fence(database, acquire(database, "recluster", holder="first", ttl_s=LONG_S))

    assert load_champion(database) is None
    assert read_pointer(database) is None


def test_a_tampered_model_is_neither_read_nor_promoted(database: Docs) -> None:
    stored = insert_model(database, model())
    database[MODELS].update_one({"_id": stored.version}, {"$set": {"quantization_error": 0.1}})

    with pytest.raises(SchemaMismatch, match="changed afterwards"):
        promote(database, stored.version, 0, "better")
    assert read_pointer(database) is None
