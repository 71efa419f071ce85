"""Merging into a real database: the fence, races, tombstones, transitions and late records."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import numpy as np
import pytest
from pymongo.collection import Collection
from pymongo.errors import AutoReconnect

from shared.adapters.mongo import collections, customer_store
from shared.adapters.mongo.customer_codec import newcomer
from shared.errors import ServiceUnavailable
from shared.recount.past import read_past
from streaming.driver.restate import recount
from streaming.task.merge import MAX_RACES
from tests.support import small_model
from tests.support.merging import at, chunk_of, merge, state_under, stored
from tests.support.small_model import AS_OF_MS
from tests.support.state_oracle import DAY_MS, Line, replay

if TYPE_CHECKING:
    from pymongo.database import Database

    Mongo = Database[dict[str, Any]]

CHAMPION = small_model.champion()
STATE = state_under(CHAMPION)


@pytest.fixture
def database(mongo_database: "Mongo") -> "Mongo":
    collections.ensure(mongo_database)
    return mongo_database


def _line(
    customer: int, day: float, *, event: int = 0, amount: int = 500_000, is_return: bool = False
) -> Line:
    ms = AS_OF_MS - 40 * DAY_MS + round(day * DAY_MS)
    return Line(customer, event, 100 * customer + int(day), ms, amount, is_return)


LINES = [
    _line(c, day, event=i) for i, (c, day) in enumerate([(0, 1), (1, 1), (0, 2), (2, 3), (1, 4), (0, 4)])
]


def test_documents_hold_what_a_loop_over_the_events_finds(database: "Mongo") -> None:
    merge(database, STATE, CHAMPION, chunk_of(LINES))
    customers, _ = replay(LINES, 3, 7)
    for number, expected in enumerate(customers):
        document = stored(database)[f"c{number}"]
        assert document["frequency"] == expected.frequency
        assert document["monetary_minor"] == expected.monetary
        assert document["first_purchase_at"] == at(expected.first or 0)
        assert document["last_purchase_at"] == document["newest_event_at"] == at(expected.last or 0)
        assert (document["applied"], document["duplicate"], document["late"]) == (expected.applied, 0, 0)
        assert document["fence"] == [{"partition": 0, "offset": [5, 4, 3][number]}]
        assert (document["rev"], document["deleted"], document["status"]) == (1, False, "clustered")


@pytest.mark.parametrize("size", [1, 2, 6])
def test_the_history_has_the_days_that_a_loop_over_the_events_finds_however_they_are_cut(
    database: "Mongo", size: int
) -> None:
    late = chunk_of([_line(0, 2, event=7, amount=-40_000, is_return=True)], 6)
    for first in range(0, len(LINES), size):
        merge(database, STATE, CHAMPION, chunk_of(LINES[first : first + size], first))
    merge(database, STATE, CHAMPION, replace(late, known=late.day + np.int32(3)))

    first_day = (AS_OF_MS // DAY_MS) - 40
    past = read_past(stored(database)["c0"]["history"])
    assert past is not None
    rows = [
        (day - first_day, known - day, sums.orders, sums.lines, sums.gross, sums.returned)
        for (day, known), sums in past.rows.items()
    ]
    assert rows == [
        (1, 0, 1, 1, 500_000, 0),
        (2, 0, 1, 1, 500_000, 0),
        (2, 3, 0, 1, 0, 40_000),
        (4, 0, 1, 1, 500_000, 0),
    ]


@pytest.mark.parametrize("champion", [CHAMPION, None])
def test_the_change_of_the_sums_is_what_the_table_adds_up_to(database: "Mongo", champion: Any) -> None:
    state = state_under(champion)
    for first, lines in ((0, LINES[:2]), (2, LINES[2:])):
        merged = merge(database, state, champion, chunk_of(lines, first))
        state = replace(state, population=state.population.merge(merged.delta))
        assert state.population == recount(database, state, champion)
    assert state.population.total("customers") == 3
    assert state.population.total("applied") == len(LINES)


def test_records_behind_the_fence_change_nothing(database: "Mongo") -> None:
    merge(database, STATE, CHAMPION, chunk_of(LINES))
    before = stored(database)
    again = merge(database, replace(STATE, offsets={0: 6}), CHAMPION, chunk_of(LINES))
    assert stored(database) == before
    assert (again.touched, again.transitions, again.has_fenced_ahead) == (0, 0, False)
    assert again.delta == STATE.population


def test_a_fenced_record_that_the_live_model_has_not_seen_asks_for_a_recount(database: "Mongo") -> None:
    merge(database, STATE, CHAMPION, chunk_of(LINES[:3]))
    merged = merge(database, replace(STATE, offsets={0: 2}), CHAMPION, chunk_of(LINES))
    assert merged.has_fenced_ahead
    assert merged.touched == 3
    assert recount(database, STATE, CHAMPION).total("applied") == len(LINES)


def test_each_partition_has_a_fence_of_its_own(database: "Mongo") -> None:
    merge(database, STATE, CHAMPION, chunk_of([_line(0, 1)], 50, partition=0))
    merge(database, STATE, CHAMPION, chunk_of([_line(0, 2)], 3, partition=1))
    document = stored(database)["c0"]
    assert document["fence"] == [{"partition": 0, "offset": 50}, {"partition": 1, "offset": 3}]
    assert document["applied"] == 2


def test_a_new_topic_has_a_fence_of_its_own(database: "Mongo") -> None:
    merge(database, STATE, CHAMPION, chunk_of([_line(0, 1)], 50))
    merge(database, replace(STATE, fence_epoch=1), CHAMPION, chunk_of([_line(0, 2)], 3))
    document = stored(database)["c0"]
    assert (document["fence_epoch"], document["fence"]) == (1, [{"partition": 0, "offset": 3}])
    assert document["applied"] == 2


def test_duplicate_and_late_records_advance_the_fence_and_late_ones_are_kept(database: "Mongo") -> None:
    lines = [_line(0, 20), _line(0, 20), _line(0, 1)]
    merge(database, STATE, CHAMPION, chunk_of(lines))
    document = stored(database)["c0"]
    assert (document["applied"], document["duplicate"], document["late"]) == (1, 1, 1)
    assert document["fence"] == [{"partition": 0, "offset": 2}]
    (kept,) = database["rejected"].find()
    assert (kept["_id"], kept["code"], kept["value"]) == ("0:0:2", "late", b"bytes as they came")


# --- races ------------------------------------------------------------------------------------------------


def _interfering(database: "Mongo", times: int) -> Any:
    """Let another writer touch c0 just before each of the first writes."""
    real, left = customer_store.replace, [times]

    def replace_(customers: Any, documents: Any, revs: Any) -> set[int]:
        if left[0] > 0:
            left[0] -= 1
            other = chunk_of([_line(0, 5 + left[0], event=90 + left[0])], 10 + times - left[0], partition=1)
            with patch.object(customer_store, "replace", real):
                merge(database, STATE, CHAMPION, other)
        return real(customers, documents, revs)

    return patch.object(customer_store, "replace", replace_)


def test_a_lost_race_is_read_and_merged_again_and_counted_once(database: "Mongo") -> None:
    with _interfering(database, 2):
        merged = merge(database, STATE, CHAMPION, chunk_of(LINES))
    document = stored(database)["c0"]
    assert document["applied"] == 5
    assert document["rev"] == 3
    assert merged.touched == 3
    others = replace(STATE, population=STATE.population.merge(merged.delta))
    assert recount(database, others, CHAMPION).total("applied") == 8
    assert merged.delta.total("applied") == 6
    assert stored(database)["c1"]["rev"] == 1


def test_a_writer_that_keeps_winning_fails_the_batch(database: "Mongo") -> None:
    with _interfering(database, MAX_RACES), pytest.raises(ServiceUnavailable, match="one writer"):
        merge(database, STATE, CHAMPION, chunk_of(LINES[:1]))


@pytest.mark.parametrize("is_applied", [True, False])
def test_a_connection_that_breaks_before_the_answer_loses_and_repeats_nothing(
    database: "Mongo", is_applied: bool
) -> None:
    with _broken_once(is_applied):
        merged = merge(database, STATE, CHAMPION, chunk_of(LINES))
    assert merged.has_fenced_ahead == is_applied
    assert [document["applied"] for document in stored(database).values()] == [3, 2, 1]
    assert {document["rev"] for document in stored(database).values()} == {1}
    if not is_applied:
        assert merged.delta.total("applied") == 6


def _broken_once(is_applied: bool) -> Any:
    """Break the connection at the first bulk of customers, after or before the server has carried it out."""
    original, calls = Collection.bulk_write, []

    def bulk_write(self: Any, operations: Any, **options: Any) -> Any:
        calls.append(len(operations))
        if len(calls) > 1:
            return original(self, operations, **options)
        if is_applied:
            original(self, operations, **options)
        raise AutoReconnect

    return patch.object(Collection, "bulk_write", bulk_write)


def test_any_other_failure_of_a_write_fails_the_batch(database: "Mongo") -> None:
    database.command("collMod", "customers", validator={"frequency": {"$lt": 0}})
    with pytest.raises(Exception, match="batch op errors"):
        merge(database, STATE, CHAMPION, chunk_of(LINES))


# --- tombstones -------------------------------------------------------------------------------------------


def test_a_deleted_customer_begins_anew_behind_the_old_fence(database: "Mongo") -> None:
    merge(database, STATE, CHAMPION, chunk_of(LINES))
    old = stored(database)["c0"]
    empty = {
        key: value for key, value in newcomer("c0").items() if key not in {"fence", "fence_epoch", "rev"}
    }
    database["customers"].update_one(
        {"_id": "c0"}, {"$set": empty | {"segment_name": None}, "$inc": {"rev": 1}}
    )
    state = replace(STATE, population=recount(database, STATE, CHAMPION), offsets={0: 6})
    assert state.population.total("customers") == 2

    again = merge(database, state, CHAMPION, chunk_of(LINES))
    assert again.touched == 0
    new = merge(database, state, CHAMPION, chunk_of([_line(0, 30)], 6))
    document = stored(database)["c0"]
    assert (document["applied"], document["frequency"], document["deleted"]) == (1, 1, False)
    assert document["rev"] == old["rev"] + 2
    state = replace(state, population=state.population.merge(new.delta))
    assert state.population == recount(database, state, CHAMPION)


# --- transitions ------------------------------------------------------------------------------------------


def test_every_change_of_segment_is_in_the_document_and_in_the_feed(database: "Mongo") -> None:
    merged = merge(database, STATE, CHAMPION, chunk_of([_line(0, 1), _line(1, 1)]))
    assert merged.transitions == 2
    back = merge(database, STATE, CHAMPION, chunk_of([_line(0, 2, amount=-500_000, is_return=True)], 2))
    assert back.transitions == 1
    document = stored(database)["c0"]
    assert (document["status"], document["segment_id"], document["vector"]) == ("no_net_spend", None, None)
    rows = {row["_id"]: row for row in database["transitions"].find()}
    assert set(rows) == {"c0:0:0:0", "c1:0:0:1", "c0:0:0:2"}
    first, last = rows["c0:0:0:0"], rows["c0:0:0:2"]
    assert (first["from_id"], first["cause"], first["monetary_minor"]) == (None, "purchase", 500_000)
    assert (last["from_id"], last["to_id"], last["cause"]) == (first["to_id"], None, "return")
    assert last["from_name"] == first["to_name"] == CHAMPION.segments[first["to_id"] - 10].name


def test_a_recount_publishes_what_a_crash_cut_off_and_nothing_twice(database: "Mongo") -> None:
    merge(database, STATE, CHAMPION, chunk_of(LINES))
    rows = list(database["transitions"].find().sort("_id"))
    database["transitions"].delete_many({})
    recount(database, STATE, CHAMPION)
    assert list(database["transitions"].find().sort("_id")) == rows
    recount(database, STATE, CHAMPION)
    assert database["transitions"].count_documents({}) == len(rows)


def test_after_a_new_topic_a_recount_does_not_publish_the_old_topics_transitions_again(
    database: "Mongo",
) -> None:
    merge(database, STATE, CHAMPION, chunk_of(LINES))
    new = replace(STATE, fence_epoch=1, offsets={})
    merge(database, new, CHAMPION, chunk_of([_line(0, 5, event=50)]))
    before = sorted(row["_id"] for row in database["transitions"].find())
    recount(database, new, CHAMPION)
    assert sorted(row["_id"] for row in database["transitions"].find()) == before
