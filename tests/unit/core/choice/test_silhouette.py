"""Silhouettes against scikit-learn's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.metrics import silhouette_samples, silhouette_score

from shared.core.choice import silhouette as module
from shared.core.choice.silhouette import silhouette, silhouette_values, simplified_silhouette


def clustered(n=300, k=4, d=3, seed=0):
    rng = np.random.default_rng(seed)
    labels = np.append(np.arange(k), rng.integers(0, k, n - k))
    return rng.normal(size=(n, d)) + labels[:, None] * 0.7, labels


@pytest.mark.parametrize("seed", range(5))
def test_the_full_silhouette_equals_scikit_learns(seed):
    X, labels = clustered(k=2 + seed, seed=seed)

    assert silhouette(X, labels) == pytest.approx(silhouette_score(X, labels), abs=1e-12)


def test_chunks_do_not_change_the_result(monkeypatch):
    X, labels = clustered()
    whole = silhouette(X, labels)
    monkeypatch.setattr(module, "CHUNK_CELLS", 700)

    assert silhouette(X, labels) == pytest.approx(whole, abs=1e-12)


def test_each_rows_value_equals_scikit_learns_lone_members_included():
    X, labels = clustered(n=60, k=3)
    labels[0], labels[1] = 17, -4  # two clusters of one

    found = silhouette_values(cdist(X, X), labels, labels)

    np.testing.assert_allclose(found, silhouette_samples(X, labels), atol=1e-12)
    assert found[0] == found[1] == 0


def test_a_sample_is_the_full_silhouette_of_the_sample():
    X, labels = clustered(n=500)
    rows = np.random.default_rng(1).choice(500, 100, replace=False)
    oracle = silhouette_score(X[rows], labels[rows])

    assert silhouette(X[rows], labels[rows]) == pytest.approx(oracle, abs=1e-12)


@given(st.integers(0, 2**32 - 1))
def test_permuting_rows_or_renaming_labels_changes_nothing(seed):
    X, labels = clustered(n=50, seed=seed)
    order = np.random.default_rng(seed).permutation(50)
    names = np.array([40, -3, 8, 0])

    assert silhouette(X[order], names[labels][order]) == pytest.approx(silhouette(X, labels), abs=1e-12)


def test_one_cluster_or_no_rows_have_no_silhouette():
    X, _ = clustered()

    assert np.isnan(silhouette(X, np.zeros(len(X))))
    assert np.isnan(silhouette(np.empty((0, 2)), []))


def test_identical_points_in_two_clusters_are_worth_nothing():
    assert silhouette(np.zeros((6, 2)), [0, 0, 0, 1, 1, 1]) == 0


def test_the_simplified_one_compares_own_and_next_center():
    assert simplified_silhouette([1.0, 0.0, 2.0], [4.0, 3.0, 2.0]) == pytest.approx((0.75 + 1 + 0) / 3)
    assert simplified_silhouette([0.0], [0.0]) == 0


def test_the_simplified_one_needs_two_centers_and_some_rows():
    assert np.isnan(simplified_silhouette([1.0], [np.inf]))
    assert np.isnan(simplified_silhouette([], []))
