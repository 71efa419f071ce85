"""The grid: positions, distances, who touches whom, and how large it should be."""

import numpy as np
import pytest

from shared.core.som.grid import SomGrid
from shared.core.som.grid_size import grid_size
from shared.errors import InvalidConfig


def test_unit_row_times_cols_plus_col_lies_at_row_and_col():
    at = SomGrid(3, 4).positions()

    assert at[2 * 4 + 1].tolist() == [2.0, 1.0]
    assert at.shape == (12, 2)


def test_odd_rows_of_hexagons_are_shifted_right_by_half_a_unit():
    at = SomGrid(2, 2, "hexagonal").positions()

    np.testing.assert_allclose(at, [[0, 0], [0, 1], [np.sqrt(0.75), 0.5], [np.sqrt(0.75), 1.5]])


@pytest.mark.parametrize(("topology", "touching"), [("rectangular", 8), ("hexagonal", 6)])
def test_an_inner_unit_touches_all_units_around_it(topology, touching):
    assert SomGrid(5, 5, topology).adjacency().sum(axis=1).max() == touching


@pytest.mark.parametrize(("topology", "touching"), [("rectangular", 8), ("hexagonal", 6)])
def test_every_unit_of_a_torus_is_an_inner_unit(topology, touching):
    grid = SomGrid(6, 5, topology, toroidal=True)

    assert set(grid.adjacency().sum(axis=1)) == {touching}


def test_a_torus_takes_the_shorter_way_round():
    plane, torus = SomGrid(6, 8).distances(), SomGrid(6, 8, toroidal=True).distances()

    assert plane[0, 7] == 7
    assert torus[0, 7] == 1
    assert torus[0, 5 * 8 + 7] == pytest.approx(np.sqrt(2))


@pytest.mark.parametrize("toroidal", [False, True])
@pytest.mark.parametrize("topology", ["rectangular", "hexagonal"])
def test_distances_are_symmetric_and_no_unit_touches_itself(topology, toroidal):
    grid = SomGrid(4, 3, topology, toroidal)

    assert np.array_equal(grid.distances(), grid.distances().T)
    assert not np.diag(grid.distances()).any()
    assert not np.diag(grid.adjacency()).any()


def test_what_a_grid_hands_out_cannot_be_changed():
    grid = SomGrid(2, 2)

    for array in (grid.positions(), grid.distances(), grid.adjacency()):
        assert not array.flags.writeable


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 3), "at least 1 x 1"),
        ((3, 3, "triangular"), "topology"),
        ((3, 3, "hexagonal", True), "even number of rows"),
    ],
)
def test_an_impossible_grid_is_refused(arguments, message):
    with pytest.raises(InvalidConfig, match=message):
        SomGrid(*arguments)


def test_a_map_has_about_five_times_the_root_of_its_rows_in_units():
    rows, cols = grid_size(2000)

    assert rows * cols == pytest.approx(5 * np.sqrt(2000), rel=0.05)
    assert rows == cols


def test_a_stretched_table_gets_a_stretched_map():
    X = np.random.default_rng(1).normal(size=(2000, 3)) * [4.0, 2.0, 0.1]
    rows, cols = grid_size(2000, X)

    assert rows / cols == pytest.approx(2.0, rel=0.15)
    assert rows * cols == pytest.approx(5 * np.sqrt(2000), rel=0.1)


@pytest.mark.parametrize("X", [np.ones((50, 3)), np.arange(50.0)[:, None], np.outer(np.arange(50.0), [1, 2])])
def test_a_table_without_a_second_direction_gets_a_square_map(X):
    assert grid_size(50, X) == grid_size(50)


def test_no_rows_no_map():
    with pytest.raises(InvalidConfig, match="at least one row"):
        grid_size(0)
