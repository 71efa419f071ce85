"""Training: better than the start, the same every time, and resumable."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.som.grid import SomGrid
from shared.core.som.initial import initial_weights
from shared.core.som.quality import quantization_error, topographic_error
from shared.core.som.reopening import needs_reopening, reopen, settle
from shared.core.som.train import COARSE_ROWS_PER_UNIT, train_som
from shared.core.som.units import best_two_units
from shared.errors import InvalidConfig

GRID = SomGrid(6, 5)


def rng(seed=0):
    return np.random.default_rng(seed)


def table(n=400, d=3, seed=0):
    draw = rng(seed)
    return draw.normal(size=(4, d))[draw.integers(4, size=n)] * 2 + draw.normal(size=(n, d)) * 0.5


@pytest.mark.parametrize("topology", ["rectangular", "hexagonal"])
@pytest.mark.parametrize("toroidal", [False, True])
@pytest.mark.parametrize("kind", ["gaussian", "bubble", "triangle"])
def test_training_lowers_the_quantization_error_on_every_grid(topology, toroidal, kind):
    X, grid = table(), SomGrid(6, 5, topology, toroidal)
    start = initial_weights(X, grid, "random", rng())
    trained = train_som(X, grid, kind=kind, sigma_end=1.5, initial=start, rng=rng())

    assert trained.quantization_error < quantization_error(best_two_units(X, start))


@pytest.mark.parametrize("initial", ["pca", "sample", "random"])
@pytest.mark.parametrize("decay", ["asymptotic", "linear", "exponential"])
def test_the_same_seed_gives_the_same_map(initial, decay):
    X = table(1000)
    first, second = (train_som(X, GRID, epochs=6, decay=decay, initial=initial, rng=rng(3)) for _ in range(2))

    assert np.array_equal(first.weights, second.weights)


def test_errors_are_those_of_the_final_weights_over_all_rows():
    X = table(5000)
    trained = train_som(X, GRID, rng=rng())
    best = best_two_units(X, trained.weights)

    assert trained.quantization_error == pytest.approx(quantization_error(best))
    assert trained.topographic_error == pytest.approx(topographic_error(best, GRID))
    assert trained.sigma == 1.0


def test_samples_in_early_passes_do_not_cost_quality():
    X = table(40 * COARSE_ROWS_PER_UNIT * GRID.n_units // 10)
    sampled = train_som(X, GRID, rng=rng())
    from_all = train_som(X, GRID, rng=rng(), initial=sampled.weights, sigma_start=1.0, epochs=30)

    assert sampled.quantization_error <= 1.02 * from_all.quantization_error


@given(st.permutations(range(80)))
def test_the_order_of_rows_is_irrelevant_but_for_rounding(order):
    X = table(80)
    straight, shuffled = (train_som(rows, GRID, epochs=5, rng=rng()) for rows in (X, X[order]))

    np.testing.assert_allclose(shuffled.weights, straight.weights, atol=1e-9)


def test_a_row_of_weight_two_trains_as_two_rows():
    X = table(100)
    twice = train_som(np.repeat(X, 2, axis=0), GRID, rng=rng())
    weighted = train_som(X, GRID, rng=rng(), weights=np.full(100, 2.0))

    np.testing.assert_allclose(weighted.weights, twice.weights, atol=1e-9)
    assert weighted.quantization_error == pytest.approx(twice.quantization_error)


def test_training_changes_no_input_and_hands_out_read_only_weights():
    X, start = table(), rng().normal(size=(30, 3))
    copies = X.copy(), start.copy()
    trained = train_som(X, GRID, initial=start, rng=rng())

    assert np.array_equal(X, copies[0])
    assert np.array_equal(start, copies[1])
    assert not trained.weights.flags.writeable


@pytest.mark.parametrize(
    "X", [np.zeros((1, 2)), np.ones((50, 2)), np.full((5, 1), 1e9), np.ones((9, 4)) * 1e-9]
)
def test_identical_rows_and_a_single_row_give_a_map_on_that_row(X):
    trained = train_som(X, SomGrid(3, 3), rng=rng())

    np.testing.assert_allclose(trained.weights, np.broadcast_to(X[0], (9, X.shape[1])), rtol=1e-12)
    assert trained.quantization_error == pytest.approx(0.0, abs=1e-6)


def test_a_map_of_one_unit_lies_at_the_mean():
    X = table()
    trained = train_som(X, SomGrid(1, 1), rng=rng())

    np.testing.assert_allclose(trained.weights, X.mean(axis=0)[None], atol=1e-12)
    assert trained.topographic_error == 0.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"initial": "strawberry"}, "initial must be"),
        ({"initial": np.zeros((3, 3))}, "must be \\(30, 3\\)"),
        ({"epochs": 0}, "steps >= 1"),
        ({"sigma_end": 0.0}, "positive"),
        ({"decay": "never"}, "decay must be"),
    ],
)
def test_impossible_settings_are_refused(arguments, message):
    with pytest.raises(InvalidConfig, match=message):
        train_som(table(), GRID, rng=rng(), **arguments)


def test_no_rows_no_map():
    with pytest.raises(InvalidConfig, match="at least one row"):
        train_som(np.empty((0, 3)), GRID, rng=rng())


def test_the_principal_plane_is_centered_and_stretched_as_the_rows_are():
    X = rng().normal(size=(20_000, 3)) * [0.5, 3.0, 1.0] + 7
    corners = initial_weights(X, SomGrid(2, 2), "pca", rng())

    np.testing.assert_allclose(corners.mean(axis=0), X.mean(axis=0), atol=1e-9)
    np.testing.assert_allclose(corners[2] - corners[0], [0, 6, 0], atol=0.1)
    np.testing.assert_allclose(corners[1] - corners[0], [0, 0, 2], atol=0.1)


def test_drawn_starts_stay_among_the_rows():
    X = table(10)
    sampled, drawn = (initial_weights(X, GRID, start, rng()) for start in ("sample", "random"))

    assert {tuple(unit) for unit in sampled} <= {tuple(row) for row in X}
    assert (drawn >= X.min(axis=0)).all()
    assert (drawn <= X.max(axis=0)).all()


def test_a_settled_map_stays_where_it_is():
    X = table()
    settled = settle(X, train_som(X, GRID, epochs=60, rng=rng()).weights, GRID)
    again = settle(X, settled.weights, GRID)

    np.testing.assert_allclose(again.weights, settled.weights, atol=0.05)
    assert again.quantization_error == pytest.approx(settled.quantization_error, rel=0.01)


def test_settling_on_shifted_rows_fits_as_well_as_a_fresh_map():
    X = table(2000)
    old = train_som(X, GRID, rng=rng()).weights
    moved = X * [1.2, 0.9, 1.0] + [0.5, 0.0, -0.3]
    settled, fresh = settle(moved, old, GRID), train_som(moved, GRID, rng=rng())

    assert settled.quantization_error <= 1.02 * fresh.quantization_error
    assert settled.topographic_error <= fresh.topographic_error + 0.02


def test_reopening_mends_a_torn_map_and_keeps_its_regions_in_place():
    """Exchanged units tear the map; each corner must still be nearest to itself afterwards."""
    X = rng().uniform(size=(3000, 2))
    grid = SomGrid(8, 8)
    fresh = train_som(X, grid, rng=rng())
    torn = fresh.weights.copy()
    inner = np.flatnonzero(grid.adjacency().sum(axis=1) == 8)
    exchanged = rng(1).permutation(inner)[:16]
    torn[exchanged] = torn[np.roll(exchanged, 1)]
    mended = reopen(X, torn, grid)
    corners = [0, 7, 56, 63]

    assert needs_reopening(topographic_error(best_two_units(X, torn), grid), fresh.topographic_error)
    assert not needs_reopening(mended.topographic_error, fresh.topographic_error)
    assert best_two_units(fresh.weights[corners], mended.weights[corners]).first.tolist() == [0, 1, 2, 3]


def test_an_undefined_error_reopens_nothing():
    assert not needs_reopening(np.nan, 0.1)
