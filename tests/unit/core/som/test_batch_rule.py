"""The batch rule: MiniSom's batch step, units without support, and its algebra."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from minisom import MiniSom

from shared.core.fixed_point import to_fixed
from shared.core.kmeans.prototype_sums import PrototypeSums
from shared.core.som.batch_rule import smooth
from shared.core.som.grid import SomGrid
from shared.core.som.passes import batch_pass, won
from shared.core.som.units import best_two_units
from shared.errors import InvalidConfig

GRID = SomGrid(4, 3)


def table(n=60, d=3, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)), rng.normal(size=(GRID.n_units, d))


def statistics(X, weights):
    return PrototypeSums.of(to_fixed(X), best_two_units(X, weights).first, len(weights))


def smoothed(stats, previous, sigma=1.0):
    return smooth(stats.sums / 2**32, stats.weights / 2**32, GRID, sigma, "gaussian", previous)


@pytest.mark.parametrize("sigma", [0.6, 1.0, 2.5])
def test_a_pass_equals_a_step_of_minisoms_offline_batch_training(sigma):
    X, weights = table()
    oracle = MiniSom(4, 3, 3, sigma=sigma, learning_rate=1.0, decay_function=lambda rate, t, T: rate)
    oracle._weights = weights.reshape(4, 3, 3).copy()
    oracle.train_batch_offline(X, 1)
    ours = batch_pass(X, np.ones(60), weights, grid=GRID, kind="gaussian", sigma=sigma)

    np.testing.assert_allclose(ours, oracle.get_weights().reshape(12, 3), rtol=1e-12, atol=1e-13)


def test_a_unit_that_nobody_supports_keeps_its_weights():
    X, weights = np.zeros((5, 2)), np.arange(24.0).reshape(12, 2)
    ours = batch_pass(X, np.ones(5), weights, grid=GRID, kind="bubble", sigma=1.0)

    assert ours[0].tolist() == [0, 0]
    assert np.array_equal(ours[1:], weights[1:])


@pytest.mark.parametrize("kind", ["gaussian", "bubble", "triangle"])
def test_nobody_at_all_changes_nothing(kind):
    previous = table()[1]

    assert np.array_equal(smooth(np.zeros((12, 3)), np.zeros(12), GRID, 1.0, kind, previous), previous)


@pytest.mark.parametrize("sigma", [0.01, 0.03])
def test_support_that_is_only_rounding_is_no_support(sigma):
    X, weights = table(1)
    ours = batch_pass(X, np.ones(1), weights, grid=GRID, kind="gaussian", sigma=sigma)

    assert np.isfinite(ours).all()
    assert np.count_nonzero((ours != weights).any(axis=1)) == 1


def test_a_mexican_hat_is_refused():
    with pytest.raises(InvalidConfig, match="nowhere negative"):
        smooth(np.zeros((12, 3)), np.zeros(12), GRID, 1.0, "mexican_hat", np.zeros((12, 3)))


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 99))
def test_however_rows_are_split_and_merged_the_map_is_the_same(first, second, seed):
    X, weights = table(seed=seed)
    a, b, c = (statistics(part, weights) for part in np.split(X, sorted((first, second))))
    whole = statistics(X, weights)

    assert a.merge(b).merge(c) == a.merge(b.merge(c)) == c.merge(a).merge(b) == whole
    assert np.array_equal(smoothed(a.merge(b).merge(c), weights), smoothed(whole, weights))


@given(st.permutations(range(60)), st.integers(0, 99))
def test_the_order_of_rows_is_irrelevant(order, seed):
    X, weights = table(seed=seed)

    assert statistics(X[order], weights) == statistics(X, weights)


@given(st.integers(0, 99))
def test_retracting_what_was_added_returns_to_the_start(seed):
    X, weights = table(seed=seed)
    start, change = statistics(X, weights), statistics(X[:7] * 3 + 1, weights)

    assert start.merge(change).subtract(change) == start


def test_a_row_of_weight_three_counts_as_three_rows():
    X, weights = table(20)
    triple = won(X, np.full(20, 3.0), weights)
    repeated = won(np.repeat(X, 3, axis=0), np.ones(60), weights)

    np.testing.assert_allclose(triple.sums, repeated.sums, rtol=1e-13, atol=1e-13)
    assert np.array_equal(triple.counts, repeated.counts)


def test_a_pass_changes_neither_rows_nor_weights():
    X, weights = table()
    copies = X.copy(), weights.copy()
    batch_pass(X, np.ones(60), weights, grid=GRID, kind="gaussian", sigma=1.0)

    assert np.array_equal(X, copies[0])
    assert np.array_equal(weights, copies[1])
