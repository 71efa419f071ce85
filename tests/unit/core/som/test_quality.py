"""Quality measures: MiniSom's numbers, hand-made maps, and guarded denominators."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from minisom import MiniSom

from shared.core.som.grid import SomGrid
from shared.core.som.quality import neuron_utility, quantization_error, topographic_error
from shared.core.som.units import best_two_units

NOBODY = best_two_units(np.empty((0, 3)), np.ones((6, 3)))


def table(m, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(200, 3)), rng.normal(size=(m, 3))


def minisom(weights, rows, cols, **settings):
    oracle = MiniSom(rows, cols, weights.shape[-1], **settings)
    oracle._weights = weights.reshape(rows, cols, -1).copy()
    return oracle


@given(st.integers(2, 7), st.integers(2, 7), st.integers(0, 99))
def test_errors_equal_minisoms_on_a_rectangular_map(rows, cols, seed):
    X, weights = table(rows * cols, seed)
    oracle, best = minisom(weights, rows, cols), best_two_units(X, weights)

    assert quantization_error(best) == pytest.approx(oracle.quantization_error(X), rel=1e-12)
    assert topographic_error(best, SomGrid(rows, cols)) == pytest.approx(oracle.topographic_error(X))


@given(st.integers(2, 7), st.integers(2, 7), st.integers(0, 99))
def test_topographic_error_equals_minisoms_on_a_hexagonal_map(rows, cols, seed):
    """MiniSom shifts columns where we shift rows, and shifts the last one back; odd sides agree."""
    rows += 1 - rows % 2
    X, weights = table(rows * cols, seed)
    transposed = weights.reshape(rows, cols, 3).transpose(1, 0, 2)
    oracle = minisom(transposed, cols, rows, topology="hexagonal")
    best = best_two_units(X, weights)

    assert topographic_error(best, SomGrid(rows, cols, "hexagonal")) == pytest.approx(
        oracle.topographic_error(X)
    )


def test_errors_by_hand():
    weights = np.array([[0.0], [1.0], [10.0], [2.5]])
    best = best_two_units(np.array([[0.0], [2.0], [9.0]]), weights)

    assert quantization_error(best) == pytest.approx((0 + 0.5 + 1) / 3)
    assert quantization_error(best, np.array([1.0, 2.0, 0.0])) == pytest.approx(1 / 3)
    assert topographic_error(best, SomGrid(4, 1)) == pytest.approx(1 / 3)
    assert topographic_error(best, SomGrid(4, 1), np.array([1.0, 2.0, 1.0])) == pytest.approx(2 / 4)


def test_utility_is_the_share_of_units_that_won_anything():
    assert neuron_utility(np.array([3, 0, 1, 0])) == 0.5


def test_without_rows_or_weight_errors_are_undefined_and_nothing_is_raised():
    grid = SomGrid(2, 3)

    assert np.isnan(quantization_error(NOBODY))
    assert np.isnan(quantization_error(best_two_units(np.ones((2, 3)), np.ones((6, 3))), np.zeros(2)))
    assert np.isnan(topographic_error(NOBODY, grid))
    assert np.isnan(topographic_error(best_two_units(np.empty((0, 3)), np.ones((1, 3))), SomGrid(1, 1)))
    assert np.isnan(neuron_utility(np.empty(0)))
