"""Pictures of a map: MiniSom's on the same numbers, and maps drawn by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from minisom import MiniSom

from shared.core.som import maps
from shared.core.som.grid import SomGrid
from shared.core.som.units import best_two_units


def table(rows, cols, seed=0, n=50):
    rng = np.random.default_rng(seed)
    X, weights = rng.normal(size=(n, 3)), rng.normal(size=(rows * cols, 3))
    oracle = MiniSom(rows, cols, 3)
    oracle._weights = weights.reshape(rows, cols, 3).copy()
    return X, weights, oracle, best_two_units(X, weights).first


@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 99))
def test_the_activation_response_equals_minisoms(rows, cols, seed):
    X, _, oracle, units = table(rows, cols, seed)

    assert np.array_equal(maps.activation_response(units, SomGrid(rows, cols)), oracle.activation_response(X))


@given(st.integers(2, 7), st.integers(2, 7), st.integers(0, 99))
def test_the_u_matrix_equals_minisoms_distance_map(rows, cols, seed):
    _, weights, oracle, _ = table(rows, cols, seed, n=1)

    np.testing.assert_allclose(
        maps.u_matrix(weights, SomGrid(rows, cols)), oracle.distance_map("mean"), rtol=1e-12
    )


@given(st.integers(2, 7), st.integers(2, 7), st.integers(0, 99))
def test_the_hexagonal_u_matrix_equals_minisoms_distance_map(rows, cols, seed):
    """MiniSom shifts columns where we shift rows; its neighbour tables shift every odd one."""
    weights = np.random.default_rng(seed).normal(size=(rows * cols, 3))
    oracle = MiniSom(cols, rows, 3, topology="hexagonal")
    oracle._weights = weights.reshape(rows, cols, 3).transpose(1, 0, 2).copy()
    ours = maps.u_matrix(weights, SomGrid(rows, cols, "hexagonal"))

    np.testing.assert_allclose(ours, oracle.distance_map("mean").T, rtol=1e-12)


def test_a_ridge_stands_between_two_regions():
    weights = np.array([[0.0], [0.0], [9.0], [9.0]])

    assert maps.u_matrix(weights, SomGrid(1, 4)).tolist() == [[0.0, 1.0, 1.0, 0.0]]


@pytest.mark.parametrize("grid", [SomGrid(1, 1), SomGrid(3, 3)])
def test_a_flat_map_has_a_flat_u_matrix(grid):
    assert not maps.u_matrix(np.ones((grid.n_units, 2)), grid).any()


def test_component_planes_show_one_feature_each_and_are_copies():
    weights = np.arange(12.0).reshape(6, 2)
    planes = maps.component_planes(weights, SomGrid(2, 3))

    assert planes[1].tolist() == [[1, 3, 5], [7, 9, 11]]
    assert not np.shares_memory(planes, weights)
