"""Fences, causes and transitions of a write, and the chunk it comes from."""

import numpy as np
import pytest

from shared.core.customers.rfm import Outcomes
from streaming.task.changes import causes, fence_of, last_offsets, moved_fence, transition
from streaming.task.chunk import Chunk
from tests.support.state_columns import transactions
from tests.support.state_oracle import Line

OLD = {"fence": [{"partition": 0, "offset": 7}, {"partition": 2, "offset": 1}], "fence_epoch": 3}


def _lines(*customers: int, is_return: bool = False) -> list[Line]:
    return [Line(customer, i, 1, i, 1, is_return) for i, customer in enumerate(customers)]


@pytest.mark.parametrize(("partition", "epoch", "offset"), [(0, 3, 7), (2, 3, 1), (1, 3, -1), (0, 4, -1)])
def test_a_fence_is_known_per_partition_of_one_generation_of_the_topic(
    partition: int, epoch: int, offset: int
) -> None:
    assert fence_of(OLD, partition, epoch) == offset


def test_moving_the_fence_keeps_the_other_partitions_and_the_old_list() -> None:
    moved = {**OLD, "fence": moved_fence(OLD, 0, 9, 3)}
    assert [fence_of(moved, partition, 3) for partition in (0, 1, 2)] == [9, -1, 1]
    assert OLD["fence"] == [{"partition": 0, "offset": 7}, {"partition": 2, "offset": 1}]


def test_a_new_generation_of_the_topic_starts_an_empty_fence() -> None:
    assert moved_fence(OLD, 2, 0, 4) == [{"partition": 2, "offset": 0}]


def test_a_transition_is_kept_while_the_segment_stays_and_replaced_when_it_changes() -> None:
    under = {"as_of": "today", "model_epoch": 5, "fence_epoch": 3}
    before = {"segment_id": 1, "segment_name": "Loyal", "last_transition": {"from": None, "to": 1}}
    assert transition(before, {"segment_id": 1}, under, "purchase", (0, 9)) is before["last_transition"]
    assert transition(before, {"segment_id": None, "segment_name": None}, under, "return", (0, 9)) == {
        "from": 1,
        "from_name": "Loyal",
        "to": None,
        "to_name": None,
        "cause": "return",
        "fence_epoch": 3,
        "partition": 0,
        "offset": 9,
        "as_of": "today",
        "model_epoch": 5,
    }


def test_the_last_applied_line_is_the_cause() -> None:
    rows = transactions([*_lines(0, 0, 1, 1), *_lines(0, is_return=True), *_lines(2)])
    is_applied = np.array([True, True, True, False, True, False])
    outcomes = Outcomes(is_applied, ~is_applied, np.zeros(6, np.bool_))
    assert causes(rows, outcomes, 3) == ["return", "purchase", "model"]


def test_every_row_moves_the_fence_whatever_became_of_it() -> None:
    assert last_offsets(transactions(_lines(1, 0, 1, 1)), 3) == [1, 3, -1]


def test_part_of_a_chunk_has_the_rows_of_the_named_customers_only() -> None:
    chunk = Chunk(4, ["a", "b", "c"], transactions(_lines(2, 0, 1, 2, 0)), np.array([3, 5, 6, 8, 9]))
    part = chunk.only({"c", "a"})
    assert (part.partition, part.customer_ids) == (4, ["a", "c"])
    assert part.rows.customer.tolist() == [1, 0, 1, 0]
    assert part.rows.offset.tolist() == [0, 1, 3, 4]
    assert part.positions.tolist() == [3, 5, 8, 9]
