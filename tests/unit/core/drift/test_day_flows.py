"""What flowed between two ticks, counted by hand."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.customers.features import MS_PER_DAY, RfmColumns
from shared.core.customers.transactions import NEVER_MS
from shared.core.drift.day_flows import GROUPS, SUMS, DayFlow, TickTable, channel_values, day_flow
from tests.support import small_model
from tests.support.small_model import AS_OF_MS, K

CHAMPION = small_model.champion()
TICKS = (AS_OF_MS - MS_PER_DAY, AS_OF_MS)
Customer = tuple[int, int, int, int, int]
"""Invoices and net spend as of the last tick (-1 invoices: unknown then), new ones, days of rest."""

customers = st.tuples(
    st.integers(-1, 5),
    st.integers(1, 10**8),
    st.integers(0, 3),
    st.integers(-(10**6), 10**8),
    st.integers(2, 300),
)


def _flow(table: list[Customer]) -> DayFlow:
    n0, m0, new, spent, rest = (np.array(column, np.int64) for column in zip(*table, strict=True))
    known = n0 >= 0
    before_ms = np.where(n0 > 0, AS_OF_MS - rest * MS_PER_DAY, NEVER_MS)
    had = TickTable(np.maximum(n0, 0), np.where(n0 > 0, m0, 0), before_ms, known)
    last = np.where(new > 0, AS_OF_MS - MS_PER_DAY // 2, before_ms)
    minor = had.monetary_minor + np.where(new > 0, spent, 0)
    now = RfmColumns(had.frequency + new, minor, np.minimum(before_ms, last), last)
    groups = (n0 * 7 + m0 + rest) % GROUPS
    return day_flow(now, had, groups, CHAMPION, ticks_ms=TICKS, day=734_000, span_days=1, model_epoch=3)


@given(st.lists(customers, min_size=2, max_size=12), st.integers(1, 11))
def test_flows_of_two_halves_add_up_to_the_flow_of_all(table: list[Customer], cut: int) -> None:
    cut = min(cut, len(table) - 1)
    everybody, one, other = (_flow(part) for part in (table, table[:cut], table[cut:]))
    for name in ("groups", "ageing", "purchases"):
        assert np.array_equal(getattr(everybody, name), getattr(one, name) + getattr(other, name))


@given(st.lists(customers, min_size=1, max_size=8))
def test_a_document_gives_back_the_same_flow(table: list[Customer]) -> None:
    flow = _flow(table)
    read = DayFlow.from_document(flow.to_document())
    assert all(
        np.array_equal(getattr(read, field.name), getattr(flow, field.name)) for field in fields(DayFlow)
    )


@given(st.lists(customers.map(lambda c: (abs(c[0]), c[1], 0, 0, c[4])), min_size=1, max_size=12))
def test_ageing_alone_is_no_innovation(table: list[Customer]) -> None:
    flow = _flow(table)
    assert not flow.groups[:, len(SUMS) :].any()
    assert np.array_equal(flow.purchases, np.diag(np.diag(flow.purchases)))
    assert not flow.is_open


@given(st.lists(customers, min_size=1, max_size=12))
def test_innovations_are_arrivals_and_moves_by_purchases(table: list[Customer]) -> None:
    flow = _flow(table)
    aged = flow.purchases.sum(axis=1)
    innovation = flow.groups[:, len(SUMS) :].sum(axis=0)
    joined = flow.total("clustered") - flow.purchases.sum()
    assert flow.ageing.sum() >= aged.sum()
    assert innovation.sum() <= joined
    assert flow.total("clustered") >= flow.purchases.sum()


def test_buyers_newcomers_and_baskets_are_counted() -> None:
    flow = _flow(
        [
            (2, 500_000, 1, 200_000, 10),  # buys for 20
            (2, 500_000, 2, 1_000_000, 10),  # two invoices, 50 each
            (-1, 0, 1, 300_000, 5),  # arrives with 30
            (3, 100_000, 0, 0, 40),  # does not buy
            (1, 900_000, 1, -50_000, 40),  # sends back more than he buys
        ]
    )
    assert (flow.total("buyers"), flow.total("arrivals")) == (3, 1)
    assert flow.total("spend_minor") == 200_000 + 1_000_000 + 300_000 - 50_000
    assert flow.total("clustered") == 5
    values = channel_values(flow.groups.sum(axis=0))
    assert values[0] == pytest.approx(np.log([20, 50, 30]).mean(), abs=1e-9)
    assert values[1:3] == pytest.approx(np.log1p([3, 1]))
    assert values[3:].sum() * 5 == pytest.approx(1)
    assert values.shape == (3 + K,)


def test_a_day_without_buyers_has_no_basket() -> None:
    assert np.isnan(channel_values(np.zeros(len(SUMS) + K))[0])


def test_a_tick_of_several_days_is_not_open() -> None:
    flow = _flow([(2, 500_000, 1, 200_000, 10)])
    assert flow.is_open
    assert not replace(flow, span_days=2).is_open
