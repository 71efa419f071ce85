"""Neighbourhoods: their shapes, and MiniSom's where the definitions meet."""

import numpy as np
import pytest
from minisom import MiniSom

from shared.core.som.grid import SomGrid
from shared.core.som.neighbourhood import PROFILES, bubble, gaussian, matrix, mexican_hat, triangle
from shared.errors import InvalidConfig

DISTANCE = np.array([0.0, 1.0, 2.0, 3.0])


@pytest.mark.parametrize("kind", sorted(PROFILES))
def test_a_unit_learns_its_own_rows_in_full_and_others_no_more(kind):
    H = matrix(SomGrid(5, 5), kind, 1.5)

    assert np.diag(H).tolist() == [1.0] * 25
    assert H.max() == 1.0
    assert np.array_equal(H, H.T)


def test_profiles_by_hand():
    assert gaussian(DISTANCE, 2.0) == pytest.approx(np.exp([0, -1 / 8, -4 / 8, -9 / 8]))
    assert bubble(DISTANCE, 2.0).tolist() == [1, 1, 0, 0]
    assert triangle(DISTANCE, 2.0).tolist() == [1, 0.5, 0, 0]
    assert mexican_hat(DISTANCE, 1.0) == pytest.approx([1, 0, -3 * np.exp(-2), -8 * np.exp(-4.5)])


@pytest.mark.parametrize("kind", ["gaussian", "mexican_hat"])
def test_radial_neighbourhoods_equal_minisoms(kind):
    oracle = MiniSom(5, 4, 2, sigma=1.3, neighborhood_function=kind)
    H = matrix(SomGrid(5, 4), kind, 1.3)

    for unit in range(20):
        expected = oracle.neighborhood(divmod(unit, 4), 1.3).ravel()
        np.testing.assert_allclose(H[unit], expected, atol=1e-15)


@pytest.mark.parametrize("kind", ["gaussian", "mexican_hat"])
def test_hexagonal_neighbourhoods_equal_minisoms_whose_columns_are_our_rows(kind):
    oracle = MiniSom(4, 5, 2, sigma=1.3, neighborhood_function=kind, topology="hexagonal")
    H = matrix(SomGrid(5, 4, "hexagonal"), kind, 1.3)

    for unit in range(20):
        row, col = divmod(unit, 4)
        np.testing.assert_allclose(H[unit], oracle.neighborhood((col, row), 1.3).T.ravel(), atol=1e-14)


@pytest.mark.parametrize("kind", ["bubble", "triangle"])
def test_on_a_chain_of_units_the_other_two_equal_minisoms_up_to_scale(kind):
    """MiniSom multiplies the two axes and leaves the triangle's peak at sigma squared."""
    oracle = MiniSom(9, 1, 2, sigma=3, neighborhood_function=kind)
    H = matrix(SomGrid(9, 1), kind, 3)

    for unit in range(9):
        expected = oracle.neighborhood((unit, 0), 3).ravel()
        np.testing.assert_allclose(H[unit], expected / expected.max(), atol=1e-15)


def test_an_unknown_kind_or_a_radius_of_zero_is_refused():
    with pytest.raises(InvalidConfig, match="neighbourhood must be one of"):
        matrix(SomGrid(2, 2), "boooom", 1.0)
    with pytest.raises(InvalidConfig, match="sigma must be above 0"):
        matrix(SomGrid(2, 2), "gaussian", 0.0)
