"""Moving the pointer: fences, pins and the way back."""

from dataclasses import replace
from typing import Any

import pytest
from pymongo.database import Database

from batch.gate import Decision
from batch.promote import load_incumbent, publish
from shared.adapters import registry
from shared.adapters.mongo.collections import ensure
from shared.adapters.mongo.leases import Lease
from shared.adapters.mongo.models import (
    Pointer,
    insert_model,
    next_segment_id,
    raise_fence,
    read_pointer,
    set_pinned,
)
from shared.errors import LeaseHeld, ModelNotFound, ReclusteringError
from tests.support import small_model

Docs = Database[dict[str, Any]]
YES = Decision(promote=True, reason="better", checks=())


def lease(epoch: int) -> Lease:
    return Lease("recluster", "a test", epoch)


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
