"""OnlineSOM: scikit-learn's contract, exact forgetting, and a map that keeps up."""

import numpy as np
import pytest
from minisom import MiniSom
from scipy.spatial.distance import cdist
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from shared.estimators.online_som import OnlineSOM


def table(n=600, d=3, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(5, d))[rng.integers(5, size=n)] * 2 + rng.normal(size=(n, d)) * 0.5


def small(**settings):
    return OnlineSOM(rows=6, cols=5, random_state=0, **settings)


@parametrize_with_checks([OnlineSOM(rows=4, cols=4), OnlineSOM(rows=4, cols=4, update="online")])
def test_it_keeps_scikit_learns_contract(estimator, check):
    check(estimator)


def test_predict_and_transform_agree_with_the_distances_to_the_weights():
    X = table()
    som = small().fit(X)

    np.testing.assert_allclose(som.transform(X), cdist(X, som.weights_))
    assert np.array_equal(som.predict(X), som.transform(X).argmin(axis=1))
    assert np.array_equal(som.labels_, som.predict(X))
    assert len(som.get_feature_names_out()) == 30


def test_pictures_of_the_map_are_minisoms():
    X = table()
    som = small().fit(X)
    theirs = MiniSom(6, 5, 3)
    theirs._weights = som.weights_.reshape(6, 5, 3).copy()
    won = theirs.win_map(X, return_indices=True)
    distances = theirs.distance_map(scaling="mean")

    np.testing.assert_allclose(som.u_matrix(), distances / distances.max())
    assert [som.winner(row) for row in X[:50]] == [theirs.winner(row) for row in X[:50]]
    assert {place: rows.tolist() for place, rows in som.win_map(X).items()} == dict(won)


@pytest.mark.parametrize("row", [[1.0, 2.0], [[1.0, 2.0, 3.0]], [1.0, 2.0, np.nan]])
def test_a_winner_is_found_for_one_whole_row_only(row):
    with pytest.raises(ValueError, match="one row of 3 finite numbers"):
        small().fit(table()).winner(row)


def test_forgetting_restores_the_sums_exactly_and_the_map_with_them():
    X, added = table(), table(50, seed=1) + 3
    som = small().fit(X).partial_fit(X[:1])
    som.forget(X[:1], som.labels_)
    sums, weights = som.statistics_, som.weights_
    som.partial_fit(added)
    assert som.statistics_ != sums
    som.forget(added, som.labels_)

    assert som.statistics_ == sums
    np.testing.assert_allclose(som.weights_, weights, rtol=1e-12, atol=1e-12)


def test_weighted_rows_are_forgotten_by_the_same_weights():
    X, weights = table(40, seed=1), np.linspace(0.1, 3, 40)
    som = small().fit(table())
    before = som.statistics_
    som.partial_fit(X, sample_weight=weights)

    assert som.forget(X, som.labels_, weights).statistics_ == before


def test_learning_online_takes_minisoms_steps_at_a_constant_rate():
    X, added = table(), table(50, seed=1)
    som = small(update="online", learning_rate=0.1).fit(X)
    oracle = MiniSom(6, 5, 3, sigma=1.0, learning_rate=0.1, decay_function=lambda rate, t, T: rate)
    oracle._weights = som.weights_.reshape(6, 5, 3).copy()
    for row in added:
        oracle.update(row, oracle.winner(row), 0, 1)
    som.partial_fit(added)

    np.testing.assert_allclose(som.weights_, oracle.get_weights().reshape(30, 3), rtol=1e-10, atol=1e-12)


def test_what_was_learnt_online_cannot_be_forgotten():
    som = small(update="online").fit(table())

    with pytest.raises(ValueError, match="cannot be taken back"):
        som.forget(table(1), [0])


def test_a_start_of_another_shape_is_refused_as_scikit_learn_would():
    with pytest.raises(ValueError, match="initial weights"):
        small(initial=[[1.0, 2.0, 3.0]]).fit(table())


def test_the_first_partial_fit_is_a_fit():
    X = table()

    assert np.array_equal(small().partial_fit(X).weights_, small().fit(X).weights_)


def test_the_same_seed_gives_the_same_map_and_parameters_survive_a_clone():
    X, som = table(3000), small(topology="hexagonal", initial="sample")

    assert np.array_equal(clone(som).fit(X).weights_, som.fit(X).weights_)
    assert clone(som).get_params() == som.get_params()


def test_without_sides_the_map_takes_its_size_from_the_rows():
    som = OnlineSOM(rows=None, cols=None, random_state=0).fit(table(400))

    assert som.grid_.n_units == pytest.approx(5 * np.sqrt(400), rel=0.1)


def test_a_map_that_learns_and_forgets_every_day_keeps_up_with_a_fresh_one():
    rng = np.random.default_rng(0)
    X = table(2000)
    som = small().fit(X)
    labels = som.labels_.copy()
    for _ in range(60):
        touched = rng.choice(2000, 100, replace=False)
        som.forget(X[touched], labels[touched])
        X[touched] = X[touched] * 1.02 + [0.2, 0.0, -0.1] + rng.normal(size=(100, 3)) * 0.3
        som.partial_fit(X[touched]).restate(X)
        labels = som.labels_.copy()
    fresh = small().fit(X)

    assert som.quantization_error_ <= 1.02 * fresh.quantization_error_
    assert som.topographic_error_ <= fresh.topographic_error_ + 0.02


def test_a_torn_map_is_loosened_when_it_is_restated():
    X = np.random.default_rng(0).uniform(size=(3000, 2))
    som = OnlineSOM(rows=8, cols=8, random_state=0).fit(X)
    torn = som.topographic_error_
    som.weights_ = np.random.default_rng(1).permutation(som.weights_)
    som.restate(X)

    assert som.topographic_error_ <= torn + 0.05
