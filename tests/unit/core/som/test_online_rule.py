"""The per-sample rule repeats MiniSom's training, step by step."""

import numpy as np
import pytest
from minisom import MiniSom

from shared.core.som.decay import asymptotic, linear
from shared.core.som.grid import SomGrid
from shared.core.som.neighbourhood import matrix
from shared.core.som.online_rule import online_step, train_online
from shared.core.som.quality import quantization_error
from shared.core.som.units import best_two_units
from shared.errors import InvalidConfig


def table(n=300, m=20, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 3)), rng.normal(size=(m, 3))


def minisom(weights, **settings):
    oracle = MiniSom(5, 4, 3, **settings)
    oracle._weights = weights.reshape(5, 4, 3).copy()
    return oracle


@pytest.mark.parametrize("kind", ["gaussian", "mexican_hat"])
def test_one_update_equals_minisoms(kind):
    X, weights = table()
    oracle = minisom(weights, sigma=1.2, learning_rate=0.3, neighborhood_function=kind)
    oracle.update(X[0], oracle.winner(X[0]), 0, 10)
    moved = online_step(weights, X[0], matrix(SomGrid(5, 4), kind, 1.2), 0.3)

    np.testing.assert_allclose(moved, oracle.get_weights().reshape(20, 3), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("decay", "sigma_decay", "rate", "sigma"),
    [
        ("asymptotic_decay", "asymptotic_decay", (asymptotic, 0.5 / 3), (asymptotic, 2.0 / 3)),
        ("linear_decay_to_zero", "linear_decay_to_one", (linear, 0.0), (linear, 1.0)),
        ("inverse_decay_to_zero", "inverse_decay_to_one", (asymptotic, 0.5 / 101), (asymptotic, 1.0)),
    ],
)
def test_three_hundred_steps_equal_minisoms_training(decay, sigma_decay, rate, sigma):
    X, weights = table()
    settings = {"decay_function": decay, "sigma_decay_function": sigma_decay}
    oracle = minisom(weights, sigma=2.0, learning_rate=0.5, **settings)
    oracle.train(X, 300)
    (rate_curve, rate_end), (sigma_curve, sigma_end) = rate, sigma
    trained = train_online(
        X,
        weights,
        SomGrid(5, 4),
        sigmas=[sigma_curve(2.0, sigma_end, t / 300) for t in range(300)],
        learning_rates=[rate_curve(0.5, rate_end, t / 300) for t in range(300)],
    )

    np.testing.assert_allclose(trained, oracle.get_weights().reshape(20, 3), rtol=1e-9, atol=1e-11)


def test_training_lowers_the_quantization_error_and_changes_no_input():
    X, weights = table()
    weights = weights * 3
    copies = X.copy(), weights.copy()
    trained = train_online(X, weights, SomGrid(5, 4), sigmas=[1.0] * 300, learning_rates=[0.2] * 300)
    before, after = (quantization_error(best_two_units(X, units)) for units in (weights, trained))

    assert after < before
    assert np.array_equal(X, copies[0])
    assert np.array_equal(weights, copies[1])


def test_a_rate_of_zero_learns_nothing_and_a_rate_of_one_jumps_to_the_row():
    X, weights = table(1)
    H = matrix(SomGrid(5, 4), "bubble", 1.0)
    best = best_two_units(X, weights).first[0]

    assert np.array_equal(online_step(weights, X[0], H, 0.0), weights)
    np.testing.assert_allclose(online_step(weights, X[0], H, 1.0)[best], X[0], rtol=1e-12)


def test_schedules_must_fit_the_rows_and_rows_the_map():
    X, weights = table(3)

    with pytest.raises(ValueError, match="zip"):
        train_online(X, weights, SomGrid(5, 4), sigmas=[1.0] * 2, learning_rates=[0.1] * 3)
    with pytest.raises(InvalidConfig, match="same width"):
        train_online(X[:, :2], weights, SomGrid(5, 4), sigmas=[1.0] * 3, learning_rates=[0.1] * 3)
