"""Fences, causes and transitions of a write, and the chunk it comes from."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.customers.recent import EMPTY
from shared.core.customers.rfm import Outcomes, apply_transactions
from streaming.task.changes import causes, fence_of, last_offsets, moved_fence, transition
from streaming.task.chunk import Chunk
from tests.support.state_columns import NO_LIMIT, nobody_yet, transactions
from tests.support.state_oracle import DAY_MS, Line

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
    outcomes = Outcomes(is_applied, ~is_applied, *np.zeros((2, 6), np.bool_))
    assert causes(rows, outcomes, EMPTY, 3) == ["return", "purchase", "model"]


def _moved_by(batches: list[list[Line]]) -> list[str]:
    """Return the cause after each batch, of one customer."""
    states, said = nobody_yet(1), []
    for batch in batches:
        rows = transactions(batch)
        states, outcomes = apply_transactions(states, rows, horizon_days=7, max_recent=NO_LIMIT)
        said += causes(rows, outcomes, states.recent_invoices, 1)
    return said


ORDER = Line(0, event=1, invoice=1, ms=0, amount=50, is_return=False)
COUPON = Line(0, event=2, invoice=1, ms=0, amount=-5, is_return=True)
REFUND = Line(0, event=3, invoice=2, ms=DAY_MS, amount=-50, is_return=True)


@pytest.mark.parametrize(
    ("batches", "expected"),
    [
        ([[ORDER, COUPON]], ["purchase"]),
        ([[COUPON, ORDER]], ["purchase"]),
        ([[ORDER], [COUPON]], ["purchase", "purchase"]),
        ([[COUPON], [ORDER]], ["return", "purchase"]),
        ([[ORDER], [COUPON._replace(ms=8 * DAY_MS)]], ["purchase", "purchase"]),
        ([[ORDER], [COUPON._replace(ms=8 * DAY_MS + 1)]], ["purchase", "return"]),
        ([[ORDER, COUPON._replace(ms=8 * DAY_MS + 1)]], ["return"]),
        ([[ORDER, REFUND]], ["return"]),
        ([[ORDER], [REFUND]], ["purchase", "return"]),
        ([[REFUND], [ORDER]], ["return", "purchase"]),
        ([[ORDER, COUPON, REFUND]], ["return"]),
        ([[ORDER, REFUND, COUPON]], ["purchase"]),
        ([[ORDER], [ORDER, COUPON, COUPON]], ["purchase", "purchase"]),
        ([[ORDER], [ORDER]], ["purchase", "model"]),
    ],
)
def test_a_discount_within_an_order_is_no_return_of_it(
    batches: list[list[Line]], expected: list[str]
) -> None:
    assert _moved_by(batches) == expected


_history = st.lists(
    st.builds(
        Line,
        customer=st.just(0),
        event=st.integers(0, 9),
        invoice=st.integers(1, 3),
        ms=st.integers(0, 20).map(lambda day: day * DAY_MS),
        amount=st.integers(-9, 9),
        is_return=st.booleans(),
    ),
    min_size=1,
    max_size=20,
)


@given(_history, st.integers(0, 20))
def test_the_cause_of_the_last_batch_does_not_depend_on_how_records_were_cut(
    lines: list[Line], cut: int
) -> None:
    whole, last = _moved_by([lines])[-1], _moved_by([lines[:cut], lines[cut:]])[-1]
    assert last in {whole, "model"}


def test_anothers_invoice_of_the_same_number_is_another_invoice() -> None:
    rows = transactions([ORDER._replace(customer=1), COUPON])
    states, outcomes = apply_transactions(nobody_yet(2), rows, horizon_days=7, max_recent=NO_LIMIT)
    assert causes(rows, outcomes, states.recent_invoices, 2) == ["return", "purchase"]


def test_every_row_moves_the_fence_whatever_became_of_it() -> None:
    assert last_offsets(transactions(_lines(1, 0, 1, 1)), 3) == [1, 3, -1]


def test_part_of_a_chunk_has_the_rows_of_the_named_customers_only() -> None:
    chunk = Chunk(
        4,
        ["a", "b", "c"],
        transactions(_lines(2, 0, 1, 2, 0)),
        np.array([3, 5, 6, 8, 9]),
        *np.zeros((2, 5), np.int32),
    )
    part = chunk.only({"c", "a"})
    assert (part.partition, part.customer_ids) == (4, ["a", "c"])
    assert part.rows.customer.tolist() == [1, 0, 1, 0]
    assert part.rows.offset.tolist() == [0, 1, 3, 4]
    assert part.positions.tolist() == [3, 5, 8, 9]
