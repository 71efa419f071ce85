"""Best and second best units: right, tied to the lowest index, and the same in every batch."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from shared.core.som import kernels
from shared.core.som.units import best_two_units
from shared.errors import InvalidConfig

LOOPS = ("squares_to", "minima_to", "nearest", "exclude")


def table(n, m, d, seed):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)), rng.normal(size=(m, d))


@given(st.integers(0, 40), st.integers(2, 50), st.integers(1, 11), st.integers(0, 99))
def test_the_two_best_units_are_those_of_a_full_distance_table(n, m, d, seed):
    X, weights = table(n, m, d, seed)
    best, distances = best_two_units(X, weights), cdist(X, weights)
    order = np.argsort(distances, axis=1, kind="stable")

    assert np.array_equal(best.first, order[:, 0])
    assert np.array_equal(best.second, order[:, 1])
    np.testing.assert_allclose(best.first_distances, np.sort(distances)[:, 0], rtol=1e-12)
    np.testing.assert_allclose(best.second_distances, np.sort(distances)[:, 1], rtol=1e-12)


@given(st.integers(1, 40), st.integers(1, 39), st.integers(0, 99))
def test_a_rows_answer_does_not_depend_on_the_rows_beside_it(n, split, seed):
    X, weights = table(n, 35, 5, seed)
    whole, parts = (
        best_two_units(X, weights),
        [best_two_units(part, weights) for part in np.split(X, [split])],
    )

    for name in ("first", "second", "first_distances", "second_distances"):
        joined = np.concatenate([getattr(part, name) for part in parts])
        assert np.array_equal(joined, getattr(whole, name))


@given(st.permutations(range(20)))
def test_equal_units_tie_to_the_lowest_index_wherever_they_stand(order):
    """Of two or more copies of the nearest unit, the first two win, in whatever lane they are."""
    row = np.array([[0.3, -0.7, 1.1]])
    weights = np.vstack([np.repeat(row + 0.1, 10, axis=0), np.repeat(row + 5.0, 10, axis=0)])[order]
    near = [position for position, source in enumerate(order) if source < 10]
    best = best_two_units(row, weights)

    assert [best.first[0], best.second[0]] == near[:2]


def test_a_map_of_one_unit_has_no_second():
    best = best_two_units(np.zeros((3, 2)), np.ones((1, 2)))

    assert best.first.tolist() == [0, 0, 0]
    assert best.second.tolist() == [-1, -1, -1]
    assert np.isinf(best.second_distances).all()


def test_no_rows_no_units():
    assert len(best_two_units(np.empty((0, 2)), np.ones((4, 2))).first) == 0


@pytest.mark.parametrize("scale", [1e-150, 1e-12, 1e12, 1e150])
def test_huge_and_tiny_features_find_their_units(scale):
    X, weights = table(20, 9, 3, 4)
    expected = best_two_units(X, weights)
    scaled = best_two_units(X * scale, weights * scale)

    assert np.array_equal(scaled.first, expected.first)
    assert np.array_equal(scaled.second, expected.second)


def test_the_answer_cannot_be_changed_and_the_question_is_not():
    X, weights = table(5, 4, 2, 0)
    copies = X.copy(), weights.copy()
    best = best_two_units(X, weights)

    assert not best.first.flags.writeable
    assert np.array_equal(X, copies[0])
    assert np.array_equal(weights, copies[1])


@pytest.mark.parametrize(
    ("X", "weights", "message"),
    [
        (np.zeros((2, 3)), np.zeros((2, 2)), "same width"),
        (np.zeros((2, 3)), np.zeros((0, 3)), "there must be a unit"),
        (np.zeros((2, 0)), np.zeros((3, 0)), "a unit and a feature"),
        (np.array([[np.nan]]), np.zeros((2, 1)), "finite"),
        (np.zeros((2, 1)), np.array([[np.inf]]), "finite"),
    ],
)
def test_what_cannot_be_compared_is_refused(X, weights, message):
    with pytest.raises(InvalidConfig, match=message):
        best_two_units(X, weights)


@pytest.mark.parametrize("d", [1, 2, 3, 4, 7])
def test_compiled_loops_answer_as_the_same_loops_in_python(d, monkeypatch):
    X, weights = table(12, 35, d, 3)
    weights[20] = weights[3]
    X[5] = weights[3]
    layout, row_weights = kernels.unit_layout(weights), np.linspace(0.5, 2, 12)
    two, won = kernels.best_two(X, layout), kernels.won_by_unit(X, row_weights, layout)
    for name in LOOPS:
        monkeypatch.setattr(kernels, name, getattr(kernels, name).py_func)

    for expected, actual in zip(kernels.best_two.py_func(X, layout), two, strict=True):
        assert np.array_equal(actual, expected)
    for expected, actual in zip(kernels.won_by_unit.py_func(X, row_weights, layout), won, strict=True):
        assert np.array_equal(actual, expected)
