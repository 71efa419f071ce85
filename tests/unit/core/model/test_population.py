"""Placements, and the sums over them that customers enter and leave exactly."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.customers.features import MS_PER_DAY
from shared.core.customers.rfm import SCALARS, CustomerStates
from shared.core.customers.transactions import ENDLESS_MS, NEVER_MS
from shared.core.fixed_point import from_fixed
from shared.core.model.placement import (
    CLUSTERED,
    NO_NET_SPEND,
    NO_PURCHASE,
    NOBODY,
    STATUS_NAMES,
    UNASSIGNED,
    LiveModel,
    Placements,
    cluster_status,
    place,
    place_vectors,
)
from shared.core.model.population import FARTHEST, SEGMENT_SUMS, PopulationStatistics, population_of
from shared.core.model.reference_bins import ReferenceBins
from tests.support import small_model
from tests.support.small_model import AS_OF_MS, UNITS, D, K
from tests.support.state_columns import nobody_yet

CHAMPION = small_model.champion()
MODEL = small_model.live(CHAMPION)
REFERENCE_BINS = ReferenceBins.of(CHAMPION)
SHAPE = (K, UNITS, D)
Purchases = tuple[int, int, float]

_purchases = st.tuples(st.integers(0, 40), st.integers(-(10**6), 10**9), st.floats(-1, 400))


def _states(customers: list[Purchases]) -> CustomerStates:
    """Customers by frequency, net spend and days since the last purchase."""
    empty = nobody_yet(len(customers))
    last = [AS_OF_MS - round(days * MS_PER_DAY) if n else NEVER_MS for n, _, days in customers]
    first = [ms if ms > NEVER_MS else ENDLESS_MS for ms in last]
    columns = {name: getattr(empty, name) for name in SCALARS} | {
        "frequency": np.array([n for n, _, _ in customers], np.int64),
        "monetary_minor": np.array([minor for _, minor, _ in customers], np.int64),
        "first_purchase_ms": np.array(first, np.int64),
        "last_purchase_ms": np.array(last, np.int64),
        "applied": np.array([n + 1 for n, _, _ in customers], np.int64),
    }
    return CustomerStates(**columns, recent_events=empty.recent_events, recent_invoices=empty.recent_events)


def _population(customers: list[Purchases], model: LiveModel | None = MODEL) -> PopulationStatistics:
    states = _states(customers)
    shape = SHAPE if model else (0, 0, 0)
    reference_bins = REFERENCE_BINS if model else ReferenceBins.of(None)
    return population_of(
        states, place(states.rfm, model), shape, reference_bins, np.ones(len(customers), np.bool_), AS_OF_MS
    )


# --- placements -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("frequency", "monetary", "status"),
    [
        (0, 500, NO_PURCHASE),
        (0, -1, NO_PURCHASE),
        (2, 0, NO_NET_SPEND),
        (2, -1, NO_NET_SPEND),
        (1, 1, CLUSTERED),
    ],
)
def test_who_has_no_purchase_or_no_net_spend_is_not_clustered(
    frequency: int, monetary: int, status: int
) -> None:
    rfm = _states([(frequency, monetary, 1.0)]).rfm
    assert cluster_status(rfm, has_model=True).tolist() == [status]
    without = UNASSIGNED if status == CLUSTERED else status
    assert cluster_status(rfm, has_model=False).tolist() == [without]
    assert STATUS_NAMES[status] == ("clustered", "unassigned", "no_purchase", "no_net_spend")[status]


def test_without_a_model_nobody_stands_anywhere() -> None:
    placed = place(_states([(1, 100, 1.0), (0, 0, 0.0)]).rfm, None)
    assert placed.status.tolist() == [UNASSIGNED, NO_PURCHASE]
    assert placed.labels.tolist() == [NOBODY, NOBODY]
    assert placed.vectors.shape == (2, 0)
    assert np.isnan(placed.distances).all()


def test_a_customer_stands_at_the_nearest_prototypes_of_either_model() -> None:
    placed = place(_states([(3, 500_000, 20.0), (0, 0, 0.0), (30, 10**8, 1.0)]).rfm, MODEL)
    assert placed.status.tolist() == [CLUSTERED, NO_PURCHASE, CLUSTERED]
    for row in (0, 2):
        vector = from_fixed(placed.vectors[row])
        to_centers = np.linalg.norm(MODEL.centers - vector, axis=1)
        nearest, second = np.argsort(to_centers)[:2]
        assert (placed.labels[row], placed.runner_up[row]) == (nearest, second)
        assert placed.distances[row] == pytest.approx(to_centers[nearest])
        units = np.argsort(np.linalg.norm(MODEL.unit_weights - vector, axis=1))[:2]
        assert placed.units[row] == units[0]
        (r1, c1), (r2, c2) = (divmod(int(unit), 3) for unit in units)
        assert placed.is_unit_adjacent[row] == (max(abs(r1 - r2), abs(c1 - c2)) == 1)
    assert (placed.labels[1], placed.units[1], placed.reference_labels[1]) == (NOBODY, NOBODY, NOBODY)


@given(st.lists(_purchases, min_size=1, max_size=12), st.data())
def test_a_placement_does_not_depend_on_who_else_is_placed(
    customers: list[Purchases], data: st.DataObject
) -> None:
    row = data.draw(st.integers(0, len(customers) - 1))
    everybody, alone = (place(_states(some).rfm, MODEL) for some in (customers, [customers[row]]))
    for field in fields(Placements):
        assert getattr(everybody, field.name)[row].tobytes() == getattr(alone, field.name)[0].tobytes()


def test_the_reference_label_is_the_champions_not_the_live_models() -> None:
    moved = LiveModel(CHAMPION, MODEL.centers[::-1].copy(), MODEL.unit_weights, AS_OF_MS)
    placed = place_vectors(place(_states([(3, 500_000, 20.0)]).rfm, MODEL).vectors, moved)
    assert placed.labels[0] == K - 1 - placed.reference_labels[0]
    assert placed.distances[0] == placed.reference_distances[0]


def test_taking_rows_takes_them_from_every_column() -> None:
    placed = place(_states([(1, 100, 1.0), (9, 10**7, 3.0)]).rfm, MODEL)
    one = placed.take(np.array([1]))
    assert len(one) == 1
    assert one.labels[0] == placed.labels[1]
    assert one.distances[0] == placed.distances[1]


# --- sums -------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 3), _purchases), max_size=25), st.sampled_from([MODEL, None]))
def test_old_out_and_new_in_equals_a_fresh_sum_to_the_last_bit(
    changes: list[tuple[int, Purchases]], model: LiveModel | None
) -> None:
    table: dict[int, Purchases] = {}
    total = PopulationStatistics.empty(*(SHAPE if model else (0, 0, 0)))
    for customer, state in changes:
        before = [table[customer]] if customer in table else []
        total = total.merge(_population([state], model).subtract(_population(before, model)))
        table[customer] = state
    assert total == _population(list(table.values()), model)


@given(st.lists(_purchases, max_size=12), st.randoms(use_true_random=False), st.integers(0, 12))
def test_neither_order_nor_portions_matter(customers: list[Purchases], random: object, cut: int) -> None:
    shuffled = list(customers)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert _population(shuffled[:cut]).merge(_population(shuffled[cut:])) == _population(customers)


@given(st.lists(_purchases, max_size=8), st.sampled_from([MODEL, None]))
def test_documents_give_back_the_same_sums(customers: list[Purchases], model: LiveModel | None) -> None:
    population = _population(customers, model)
    read = PopulationStatistics.from_document(population.to_document())
    assert read == population
    assert read.shape == population.shape
    assert read.merge(population) == population.merge(population)


def test_the_sums_are_those_of_the_customers() -> None:
    customers = [(3, 500_000, 20.0), (2, 400_000, -0.5), (0, 0, 0.0), (5, -3, 9.0)]
    states, population = _states(customers), _population(customers)
    placed = place(states.rfm, MODEL)
    assert population.total("customers") == 4
    assert population.total("clusterable") == 2
    assert population.total("applied") == 3 + 2 + 0 + 5 + 4
    assert population.segments.counts.sum() == population.units.counts.sum() == 2
    sums = dict(zip(SEGMENT_SUMS, population.segment_sums.sum(axis=0).tolist(), strict=True))
    assert (sums["monetary_minor"], sums["frequency"]) == (900_000, 5)
    assert sums["recency_s"] == 20 * 86_400  # a purchase after the tick is recent, not negative
    assert from_fixed(sums["distance"]) == pytest.approx(placed.distances[:2].sum())
    assert population.reference_sums[:, 1].sum() == (placed.reference_distances[:2] > 1.5).sum()
    apart = placed.margins[:2] / (placed.distances[:2] + placed.margins[:2])
    assert from_fixed(sums["silhouette"]) == pytest.approx(apart.sum())
    squares = (from_fixed(placed.vectors[:2]) ** 2).sum()
    assert from_fixed(population.reference_sums[:, 2].sum()) == pytest.approx(squares)
    assert population.crosstab.sum(axis=1).tolist() == population.reference.counts.tolist()
    assert population.crosstab.sum(axis=0).tolist() == population.segments.counts.tolist()
    assert population.feature_bins.sum(axis=1).tolist() == [2, 2, 2]
    assert population.distance_bins.sum() == 2
    assert population.total("folds") == (~placed.is_unit_adjacent[:2]).sum()


def test_the_crosstab_counts_by_the_champions_label_and_the_live_one() -> None:
    reversed_ = LiveModel(CHAMPION, MODEL.centers[::-1].copy(), MODEL.unit_weights, AS_OF_MS)
    population = _population([(3, 500_000, 20.0), (30, 10**8, 1.0)], reversed_)
    assert np.fliplr(population.crosstab).diagonal().tolist() == population.reference.counts.tolist()


def test_one_customer_far_away_leaves_room_for_millions() -> None:
    placed = place(_states([(3, 500_000, 20.0)]).rfm, MODEL)
    far = replace(placed, vectors=placed.vectors + 2**32 * 10_000)
    states = _states([(3, 500_000, 20.0)])
    population = population_of(states, far, SHAPE, REFERENCE_BINS, np.ones(1, np.bool_), AS_OF_MS)
    assert from_fixed(population.reference_sums[:, 2].sum()) == FARTHEST


def test_before_the_first_model_customers_are_counted_and_nothing_else() -> None:
    population = _population([(3, 500_000, 20.0), (0, 0, 0.0)], None)
    assert population.shape == (0, 0, 0)
    assert (population.total("customers"), population.total("clusterable")) == (2, 1)


def test_who_is_not_counted_adds_nothing() -> None:
    states = _states([(3, 500_000, 20.0), (2, 400_000, 1.0)])
    placed, is_counted = place(states.rfm, MODEL), np.array([True, False])
    partly = population_of(states, placed, SHAPE, REFERENCE_BINS, is_counted, AS_OF_MS)
    assert partly == _population([(3, 500_000, 20.0)])


def test_sums_differ_from_other_sums_and_from_anything_else() -> None:
    assert _population([(1, 1, 1.0)]) != _population([])
    assert _population([]) != "nothing"


def test_a_sum_that_does_not_fit_is_an_error() -> None:
    states = _states([(1, 2**62, 1.0), (1, 2**62, 1.0)])
    with pytest.raises(OverflowError):
        population_of(states, place(states.rfm, MODEL), SHAPE, REFERENCE_BINS, np.ones(2, np.bool_), AS_OF_MS)
