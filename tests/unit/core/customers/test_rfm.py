"""The vectorised state rules against a plain loop over events."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.customers.rfm import apply_transactions, concatenate_states
from shared.core.customers.transactions import ENDLESS_MS, NEVER_MS
from tests.support.state_columns import apply_in, buffers, everything, names, nobody_yet, transactions
from tests.support.state_oracle import DAY_MS, Customer, Line, replay

N, HORIZON = 3, 7
START = 15_000 * DAY_MS

# Days around the edges of the horizon (7), of the invoice memory (8), and of both together.
_days = st.sampled_from([0, 0.5, 1, 6, 7, 7.5, 8, 8.5, 9, 14, 15, 16, 22, 23])
_times = st.builds(
    lambda day, nudge: START + round(day * DAY_MS) + nudge, _days, st.sampled_from([-1, 0, 0, 1])
)
_lines = st.builds(
    Line,
    customer=st.integers(0, N - 1),
    event=st.integers(0, 3),
    invoice=st.integers(0, 2),
    ms=_times,
    amount=st.integers(-(10**12), 10**12),
    is_return=st.sampled_from([False, False, True]),
)
_sequences = st.lists(_lines, max_size=50)
_cuts = st.lists(st.integers(0, 50), max_size=6)


def _line(
    day: float, *, event: int = 0, invoice: int = 1, amount: int = 100, is_return: bool = False
) -> Line:
    return Line(0, event, invoice, START + round(day * DAY_MS), amount, is_return)


def _split(lines: list[Line], cuts: list[int]) -> list[list[Line]]:
    edges = [0, *sorted(min(cut, len(lines)) for cut in cuts), len(lines)]
    return [lines[a:b] for a, b in pairwise(edges)]


@given(_sequences, _cuts)
def test_states_and_outcomes_are_those_of_a_loop_over_events(lines: list[Line], cuts: list[int]) -> None:
    customers, expected = replay(lines, N, HORIZON)
    states, outcomes = apply_in(_split(lines, cuts), N, HORIZON)

    assert outcomes == expected
    assert states.frequency.tolist() == [c.frequency for c in customers]
    assert states.monetary_minor.tolist() == [c.monetary for c in customers]
    for name in ("applied", "duplicate", "late"):
        assert getattr(states, name).tolist() == [getattr(c, name) for c in customers]
    for column, name, absent in (
        (states.first_purchase_ms, "first", ENDLESS_MS),
        (states.last_purchase_ms, "last", NEVER_MS),
        (states.newest_event_ms, "newest", NEVER_MS),
    ):
        assert column.tolist() == [
            absent if getattr(c, name) is None else getattr(c, name) for c in customers
        ]
    assert states.late_floor_ms.tolist() == [NEVER_MS] * N


@given(_sequences, _cuts)
def test_any_cut_into_batches_gives_the_same_states_memories_and_outcomes(
    lines: list[Line], cuts: list[int]
) -> None:
    whole, outcomes = apply_in([lines], N, HORIZON)
    parts, said = apply_in(_split(lines, cuts), N, HORIZON)
    assert everything(parts) == everything(whole)
    assert said == outcomes


@given(_sequences, st.randoms(use_true_random=False))
def test_the_order_of_different_customers_is_irrelevant(lines: list[Line], random: object) -> None:
    queues = [[line for line in lines if line.customer == c] for c in range(N)]
    owners = [line.customer for line in lines]
    random.shuffle(owners)  # type: ignore[attr-defined]
    shuffled = [queues[owner].pop(0) for owner in owners]
    assert everything(apply_in([shuffled], N, HORIZON)[0]) == everything(apply_in([lines], N, HORIZON)[0])


@given(_sequences)
def test_what_was_sent_before_is_never_applied_a_second_time(lines: list[Line]) -> None:
    states, _ = apply_in([lines], N, HORIZON)
    again, said = apply_transactions(states, transactions(lines), horizon_days=HORIZON, max_recent=65_536)
    assert "applied" not in names(said)
    for name in ("frequency", "monetary_minor", "first_purchase_ms", "last_purchase_ms", "applied"):
        assert getattr(again, name).tolist() == getattr(states, name).tolist()


@given(_sequences, _sequences)
def test_inputs_are_left_as_they_were(first: list[Line], second: list[Line]) -> None:
    states, rows = apply_in([first], N, HORIZON)[0], transactions(second)
    before = buffers(states), buffers(rows)
    apply_transactions(states, rows, horizon_days=HORIZON, max_recent=4)
    assert (buffers(states), buffers(rows)) == before


@given(
    st.permutations([_line(0, amount=61_200), _line(1, event=1, invoice=9, amount=-61_200, is_return=True)])
)
def test_a_full_return_nets_out_exactly_and_may_come_before_its_sale(lines: list[Line]) -> None:
    states, outcomes = apply_in([lines], 1, HORIZON)
    assert outcomes == ["applied", "applied"]
    assert (states.frequency[0], states.monetary_minor[0]) == (1, 0)
    assert states.first_purchase_ms[0] == states.last_purchase_ms[0] == START
    assert states.newest_event_ms[0] == START + DAY_MS


def test_money_is_exact_where_doubles_are_not() -> None:
    amounts = [2**53 + 1, 1, -(2**53), 3]
    states, _ = apply_in([[_line(0, event=e, amount=a) for e, a in enumerate(amounts)]], 1, HORIZON)
    assert states.monetary_minor[0] == sum(amounts)


def test_the_same_id_at_another_time_is_another_event() -> None:
    _, outcomes = apply_in([[_line(0), _line(0.5), _line(0)]], 1, HORIZON)
    assert outcomes == ["applied", "applied", "duplicate"]


@pytest.mark.parametrize(("days", "frequency"), [(8, 1), (8 + 1 / DAY_MS, 2)])
def test_an_invoice_is_one_for_a_day_beyond_the_horizon(days: float, frequency: int) -> None:
    for batches in ([[_line(0), _line(days, event=1)]], [[_line(0)], [_line(days, event=1)]]):
        assert apply_in(batches, 1, HORIZON)[0].frequency[0] == frequency


def test_an_invoice_lives_on_by_its_newest_line() -> None:
    lines = [_line(day, event=i) for i, day in enumerate([0, 6, 12, 18])]
    assert apply_in([lines], 1, HORIZON)[0].frequency[0] == 1


def test_no_rows_change_nothing() -> None:
    states, _ = apply_in([[_line(0)]], 2, HORIZON)
    assert everything(apply_in([[_line(0)], []], 2, HORIZON)[0]) == everything(states)


# --- eviction by the limit --------------------------------------------------------------------------------


@given(_sequences, _cuts, st.integers(1, 6))
def test_eviction_raises_the_floor_and_nothing_is_applied_twice(
    lines: list[Line], cuts: list[int], limit: int
) -> None:
    states, floor, money = nobody_yet(N), np.full(N, NEVER_MS), [0] * N
    seen: set[tuple[int, int, int]] = set()
    for batch in [*_split(lines, cuts), lines]:
        states, said = apply_transactions(states, transactions(batch), horizon_days=HORIZON, max_recent=limit)
        for line, outcome in zip(batch, names(said), strict=True):
            if outcome == "applied":
                assert (line.customer, line.event, line.ms) not in seen
                seen.add((line.customer, line.event, line.ms))
                money[line.customer] += line.amount
        assert (states.late_floor_ms >= floor).all()
        floor = states.late_floor_ms
        assert np.bincount(states.recent_events.owner, minlength=N).max() <= limit
    assert states.monetary_minor.tolist() == money


def test_an_event_sent_again_after_its_eviction_is_late() -> None:
    lines = [_line(i / 24, event=i) for i in range(4)]
    states, _ = apply_in([lines], 1, HORIZON, max_recent=2)
    assert states.late_floor_ms[0] == lines[1].ms
    _, said = apply_transactions(states, transactions(lines), horizon_days=HORIZON, max_recent=2)
    assert names(said) == ["late", "late", "duplicate", "duplicate"]


def test_an_evicted_invoice_raises_no_floor_that_its_events_do_not() -> None:
    lines = [_line(day, event=i, invoice=i) for i, day in enumerate([0, 0.1, 7.5, 7.6])]
    states, _ = apply_in([lines], 1, HORIZON, max_recent=3)
    assert states.recent_events.ms.tolist() == [lines[2].ms, lines[3].ms]
    assert states.late_floor_ms[0] == NEVER_MS


def test_tables_are_joined_in_order() -> None:
    one, two = (apply_in([[_line(0, amount=a)]], 1, HORIZON)[0] for a in (1, 2))
    assert concatenate_states([one, two]).monetary_minor.tolist() == [1, 2]
    assert len(concatenate_states([])) == 0
    assert concatenate_states([one, two]).take(np.array([1])).monetary_minor.tolist() == [2]


def test_the_oracle_itself_knows_late() -> None:
    customer = Customer()
    assert [customer.take(line, HORIZON) for line in (_line(8), _line(0))] == ["applied", "late"]
