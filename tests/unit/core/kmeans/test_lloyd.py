import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import adjusted_rand_score

from shared.core.kmeans.lloyd import fit_kmeans
from shared.core.kmeans.seeding import distinct_rows, seed_centers


def blobs(n=2000, k=5, d=3, spread=4.0, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)) + spread * rng.normal(size=(k, d))[rng.integers(0, k, n)]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("weighted", [False, True])
def test_the_fit_equals_scikit_learn_from_the_same_centers(seed, weighted):
    X = blobs(seed=seed)
    weights = np.random.default_rng(seed).uniform(0.1, 3, len(X)) if weighted else None
    init = X[np.random.default_rng(seed).choice(len(X), 6, replace=False)]
    ours = fit_kmeans(X, 6, init=init, weights=weights)
    theirs = KMeans(6, init=init, n_init=1, tol=0, max_iter=500).fit(X, sample_weight=weights)
    np.testing.assert_allclose(ours.centers, theirs.cluster_centers_, atol=1e-7)
    assert (ours.labels == theirs.labels_).all()
    assert ours.inertia == pytest.approx(theirs.inertia_, rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_seeded_starts_reach_what_scikit_learn_reaches(seed):
    X = blobs(spread=8.0, seed=seed)
    theirs = KMeans(5, n_init=20, random_state=seed).fit(X)
    ours = fit_kmeans(X, 5, n_starts=20, rng=seed)
    assert ours.inertia <= theirs.inertia_ * 1.001
    assert adjusted_rand_score(ours.labels, theirs.labels_) > 0.99


def test_the_same_seed_gives_the_same_fit():
    X = blobs()
    one, two = fit_kmeans(X, 7, rng=3), fit_kmeans(X, 7, rng=np.random.default_rng(3))
    np.testing.assert_array_equal(one.centers, two.centers)
    np.testing.assert_array_equal(one.labels, two.labels)


@given(st.integers(0, 2**32), st.integers(1, 6))
def test_centers_depend_neither_on_row_order_nor_on_how_repeats_are_written(seed, k):
    rng = np.random.default_rng(seed)
    X, times = blobs(60, seed=seed), rng.integers(0, 4, 60)
    times[0] = 1
    repeated = np.repeat(X, times, axis=0)
    weighted = fit_kmeans(X, k, rng=1, weights=times)
    shuffled = fit_kmeans(rng.permutation(repeated), k, rng=1)
    np.testing.assert_array_equal(weighted.centers, shuffled.centers)
    assert weighted.inertia == pytest.approx(shuffled.inertia, rel=1e-12)


def test_more_centers_than_distinct_customers_leaves_the_rest_without_customers():
    X = np.array([[1.0, 1.0], [2.0, 2.0]])[[0, 1, 0, 1, 1]]
    fit = fit_kmeans(X, 4)
    assert fit.inertia == 0
    assert sorted(np.bincount(fit.labels, minlength=4)) == [0, 0, 2, 3]
    assert {tuple(center) for center in fit.centers} == {(1.0, 1.0), (2.0, 2.0)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        assert KMeans(4, n_init=1, random_state=0).fit(X).inertia_ == fit.inertia


@pytest.mark.parametrize("n", [1, 50])
def test_identical_customers_are_one_segment(n):
    fit = fit_kmeans(np.full((n, 2), 3.5), 3)
    assert fit.centers.tolist() == [[3.5, 3.5]] * 3
    assert set(fit.labels) == {0}


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_scale_does_not_change_the_labels(scale):
    X = blobs(spread=10.0)
    ours = fit_kmeans(X * scale, 5, rng=0)
    assert adjusted_rand_score(ours.labels, fit_kmeans(X, 5, rng=0).labels) == 1


@pytest.mark.parametrize("bad", [np.nan, np.inf, 2.0**31])
def test_values_out_of_range_are_refused(bad):
    with pytest.raises(ValueError, match="scale the features"):
        fit_kmeans([[1.0], [bad]], 1)


def test_sums_out_of_range_are_refused():
    with pytest.raises(OverflowError, match="scale the features"):
        fit_kmeans(np.full((3, 1), 2.0**30), 1)


def test_nonsense_is_refused():
    with pytest.raises(ValueError, match="n_starts should be at least 1; got 0"):
        fit_kmeans([[1.0]], 1, n_starts=0)
    with pytest.raises(ValueError, match="got 0 rows and k=2"):
        fit_kmeans(np.zeros((0, 2)), 2)
    with pytest.raises(ValueError, match="got 1 rows and k=0"):
        fit_kmeans([[1.0]], 0)
    with pytest.raises(ValueError, match="row of positive weight"):
        seed_centers([[1.0]], 1, rng=np.random.default_rng(0), weights=[0.0])


def test_inputs_are_never_mutated():
    X, weights = blobs(100), np.linspace(0, 1, 100)
    copies = X.copy(), weights.copy()
    fit_kmeans(X, 3, weights=weights)
    np.testing.assert_array_equal(X, copies[0])
    np.testing.assert_array_equal(weights, copies[1])


def test_seeds_are_rows_and_never_weightless():
    X = blobs(200)
    weights = np.where(np.arange(200) < 20, 1.0, 0.0)
    for seed in range(20):
        seeds = seed_centers(X, 5, rng=np.random.default_rng(seed), weights=weights)
        assert all((X[:20] == center).all(axis=1).any() for center in seeds)


def test_seeds_find_every_well_separated_group():
    X = blobs(spread=100.0)
    groups = KMeans(5, n_init=10, random_state=0).fit(X)
    for seed in range(20):
        found = groups.predict(seed_centers(X, 5, rng=np.random.default_rng(seed)))
        assert sorted(found) == [0, 1, 2, 3, 4]


def test_seeding_survives_tiny_and_huge_scales():
    for scale in (1e-150, 1e150):
        seeds = seed_centers(blobs(50) * scale, 3, rng=np.random.default_rng(0))
        assert len(np.unique(seeds, axis=0)) == 3


def test_distinct_rows_merge_weights_and_drop_the_weightless():
    rows, weights = distinct_rows([[2.0, 1.0], [1.0, 5.0], [2.0, 1.0], [0.0, 0.0]], [1.0, 2.0, 0.5, 0.0])
    assert rows.tolist() == [[1.0, 5.0], [2.0, 1.0]]
    assert weights.tolist() == [2.0, 1.5]
