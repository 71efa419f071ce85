"""What is measured for a day, whatever the micro-batches: the plainest model, and the columns of the core."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.customers.history import History, append, fold, no_history, rfm_at
from shared.core.customers.history_rows import HistoryLines
from shared.core.customers.partition_clock import PartitionClock, advance, known_days
from shared.core.customers.transactions import NEVER_DAY
from tests.support.clock_oracle import Seen
from tests.support.history_oracle import DAY_MS, PastLine, plain_rows, rows_as_lists
from tests.support.plain_steps import Plan, Rules, Stream, flow_of_known_day, may_open, next_day
from tests.support.state_oracle import Customer, Line
from tests.support.step_plans import FIRST_DAY, cut, in_one, logs

KEPT = 12


_seeds = st.integers(0, 2**32)
_cut_logs = st.builds(
    lambda seed, n_lines, most: (in_one(logs(seed, n_lines)), cut(logs(seed, n_lines), seed, most)),
    _seeds,
    st.integers(0, 130),
    st.sampled_from([1, 4, 25]),
)


# --- the model itself ---------------------------------------------------------------------------------


@given(_cut_logs)
@settings(max_examples=60)
def test_closings_flows_steps_and_openings_do_not_depend_on_the_cut(plans: tuple[Plan, Plan]) -> None:
    whole, parts = (Stream(plan).run() for plan in plans)
    assert parts.steps == whole.steps
    assert parts.closings == whole.closings
    assert parts.flows == whole.flows
    assert [move for move in parts.moves if move.phase == 0] == [
        move for move in whole.moves if move.phase == 0
    ]


@given(_cut_logs)
@settings(max_examples=30)
def test_each_line_is_in_exactly_one_flow(plans: tuple[Plan, Plan]) -> None:
    stream = Stream(plans[1]).run()
    for day, flow in stream.flows.items():
        assert flow[:2] == flow_of_known_day(stream.lines, day)
    closed = [line for line in stream.lines if stream.steps and line.known < stream.steps[-1].day]
    counted = [line for line in closed if line.known >= stream.steps[0].day]
    assert sum(flow[0] for flow in stream.flows.values()) == sum(line.opens_invoice for line in counted)


@given(_cut_logs)
@settings(max_examples=30)
def test_moves_of_a_customer_form_a_chain(plans: tuple[Plan, Plan]) -> None:
    stream = Stream(plans[1]).run()
    at: dict[int, int | None] = defaultdict(lambda: None)
    for move in stream.moves:
        assert move.before == at[move.customer]
        assert move.after != move.before
        at[move.customer] = move.after
    assert {who: at[who] for who in stream.shown} == stream.shown


# --- the core on the same plans -------------------------------------------------------------------------


class _Columns:
    """The stream of a plan with the core's clocks and histories; lateness and invoices from the oracle."""

    def __init__(self, plan: Plan, rules: Rules) -> None:
        self.plan, self.rules = plan, rules
        self.customers = 1 + max((line.customer for log in plan.partitions for line in log), default=0)
        self.judges = [Customer() for _ in range(self.customers)]
        self.history, self.clocks = no_history(self.customers), [PartitionClock() for _ in plan.partitions]
        self.read, self.day, self.reached = [0] * len(plan.partitions), NEVER_DAY, []
        self.closings: dict[int, list[tuple[int, ...] | None]] = {}
        self.waiting: list[int] = []

    def run(self) -> "_Columns":
        for batch in self.plan.batches:
            for partition, end in enumerate(batch.ends):
                self._merge(partition, self.plan.partitions[partition][self.read[partition] : end])
                self.read[partition] = end
            if batch.decides:
                self._decide()
        self._decide()
        return self

    def _merge(self, partition: int, log: list[Line]) -> None:
        owners = np.array([line.customer for line in log], np.int64)
        ms = np.array([line.ms for line in log], np.int64)
        days = (ms // DAY_MS).astype(np.int32)
        self.clocks[partition], floor = advance(
            self.clocks[partition],
            owners,
            days,
            min_customers=self.rules.min_customers,
            max_jump_days=self.rules.max_jump_days,
        )
        known = known_days(days, floor, self.day)
        self.reached += list(zip(owners.tolist(), known.tolist(), strict=True))
        applied, opens = self._judged(log)
        self.history = append(
            self.history,
            HistoryLines(
                owners[applied],
                days[applied],
                known[applied],
                ms[applied],
                np.array([line.amount for line in log], np.int64)[applied],
                np.array([not line.is_return for line in log], np.bool_)[applied],
                opens[applied],
            ),
        )
        if self.day > NEVER_DAY:
            self.history = fold(self.history, self.day, KEPT)

    def _judged(self, log: list[Line]) -> tuple[np.ndarray, np.ndarray]:
        applied, opens = np.zeros(len(log), np.bool_), np.zeros(len(log), np.bool_)
        for at, line in enumerate(log):
            judge = self.judges[line.customer]
            orders = judge.frequency
            applied[at] = judge.take(line, self.rules.horizon_days) == "applied"
            opens[at] = judge.frequency > orders
        return applied, opens

    def _decide(self) -> None:
        reached = [Seen(*pair) for pair in self.reached]
        while True:
            current = None if self.day == NEVER_DAY else self.day
            day = next_day(reached, current, self.rules)
            clocks = [None if clock.day == NEVER_DAY else clock.day for clock in self.clocks]
            if day is None or not may_open(day, clocks, self.read, self.plan.partitions):
                return
            if current is not None:
                self.closings[current] = _told(self.history, current)
            self.day = day


def _told(history: History, day: int) -> list[tuple[int, ...] | None]:
    at = rfm_at(history, day)
    columns = (at.rfm.frequency, at.rfm.monetary_minor, at.rfm.first_purchase_ms, at.rfm.last_purchase_ms)
    table = zip(*(column.tolist() for column in columns), strict=True)
    return [row if is_known else None for row, is_known in zip(table, at.is_known.tolist(), strict=True)]


def _closing_of(stream: Stream, day: int, n: int) -> list[tuple[int, ...] | None]:
    found = stream.closings[day]
    empty = (1 << 62, -(1 << 62))
    rfm = [found[who][0] if who in found else None for who in range(n)]
    return [row and (*row[:2], *(row[2:] if row[2] is not None else empty)) for row in rfm]


@given(_cut_logs)
@settings(max_examples=60)
def test_the_core_closes_every_day_as_the_plain_model_does(plans: tuple[Plan, Plan]) -> None:
    plain = Stream(plans[0]).run()
    columns = _Columns(plans[1], plain.rules).run()
    assert sorted(columns.closings) == sorted(plain.closings)
    for day, closing in columns.closings.items():
        assert closing == _closing_of(plain, day, columns.customers)


@given(_cut_logs)
@settings(max_examples=40)
def test_clocks_and_known_days_are_those_of_the_plain_model(plans: tuple[Plan, Plan]) -> None:
    plain = Stream(plans[1]).run()
    columns = _Columns(plans[1], plain.rules).run()
    assert sorted(columns.reached) == sorted((seen.customer, seen.day) for seen in plain.reached)
    for clock, expected in zip(columns.clocks, plain.clocks, strict=True):
        assert clock.day == (NEVER_DAY if expected.day is None else expected.day)
        assert clock.waiting_lines == len(expected.held)
    if not plain.steps or plain.steps[-1].day - KEPT < FIRST_DAY - 10:
        assert rows_as_lists(columns.history) == [
            plain_rows(plain.lines, who) for who in range(columns.customers)
        ]


def test_a_line_of_yesterday_behind_the_first_of_today_counts_today() -> None:
    def bought(customer: int, event: int, days: float) -> Line:
        return Line(customer, event, event, round((FIRST_DAY + days) * DAY_MS), 100, is_return=False)

    log = [bought(c, c, 0.5) for c in range(3)] + [bought(c, 3 + c, 1.5) for c in range(3)]
    log += [bought(3, 6, 0.9)] + [bought(c, 7 + c, 2.5) for c in range(3)]
    stream = Stream(in_one([log])).run()
    assert stream.flows == {FIRST_DAY: (3, 300, 3), FIRST_DAY + 1: (4, 400, 1)}
    late = next(line for line in stream.lines if line.customer == 3)
    assert (late.day, late.known) == (FIRST_DAY, FIRST_DAY + 1)


@pytest.mark.parametrize("n_customers", [2, 3])
def test_a_day_ahead_of_too_few_customers_closes_nothing(n_customers: int) -> None:
    days = [(c, 0) for c in range(3)] + [(c, 20) for c in range(n_customers)]
    log = [
        Line(c, at, at, (FIRST_DAY + day) * DAY_MS, 100, is_return=False) for at, (c, day) in enumerate(days)
    ]
    stream = Stream(in_one([log])).run()
    assert len(stream.closings) == (20 if n_customers == 3 else 0)
    assert PastLine(0, FIRST_DAY, FIRST_DAY, FIRST_DAY * DAY_MS, 100, True, True) in stream.lines
