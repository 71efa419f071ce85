"""Internal indices against scikit-learn and brute force."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score

from shared.core.choice import indices
from shared.core.choice.indices import (
    calinski_harabasz,
    calinski_harabasz_of_sums,
    davies_bouldin,
    davies_bouldin_of_sums,
    dunn,
    knee,
)


def clustered(n=300, k=4, d=3, seed=0):
    rng = np.random.default_rng(seed)
    labels = np.append(np.arange(k), rng.integers(0, k, n - k))
    return rng.normal(size=(n, d)) + labels[:, None] * 0.7, labels


def sums_of(X, labels, k):
    groups = [X[labels == j] for j in range(k)]
    return (
        np.array([len(g) for g in groups]),
        np.array([g.sum(axis=0) for g in groups]),
        np.array([(g**2).sum() for g in groups]),
    )


@pytest.mark.parametrize("seed", range(5))
def test_davies_bouldin_and_calinski_harabasz_equal_scikit_learns(seed):
    X, labels = clustered(k=2 + seed, seed=seed)

    assert davies_bouldin(X, labels) == pytest.approx(davies_bouldin_score(X, labels), rel=1e-12)
    assert calinski_harabasz(X, labels) == pytest.approx(calinski_harabasz_score(X, labels), rel=1e-12)


def test_coincident_means_and_lone_members_agree_with_scikit_learn():
    X = np.array([[0.0], [2.0], [1.0], [1.0], [9.0], [9.5]])
    labels = np.array([0, 0, 1, 1, 2, 2])

    assert davies_bouldin(X, labels) == pytest.approx(davies_bouldin_score(X, labels))


@pytest.mark.parametrize("seed", range(3))
def test_additive_statistics_give_the_same_calinski_harabasz(seed):
    X, labels = clustered(seed=seed)

    assert calinski_harabasz_of_sums(*sums_of(X, labels, 4)) == pytest.approx(calinski_harabasz(X, labels))


def test_statistics_of_two_batches_add_up():
    X, labels = clustered()
    parts = [sums_of(X[half], labels[half], 4) for half in (slice(0, 90), slice(90, None))]
    merged = [a + b for a, b in zip(*parts, strict=True)]

    assert calinski_harabasz_of_sums(*merged) == pytest.approx(calinski_harabasz(X, labels))
    assert davies_bouldin_of_sums(*merged) == pytest.approx(davies_bouldin_of_sums(*sums_of(X, labels, 4)))


def test_additive_davies_bouldin_has_the_root_mean_square_as_spread():
    X, labels = clustered(k=3)
    means = np.array([X[labels == j].mean(axis=0) for j in range(3)])
    spread = [np.sqrt(((X[labels == j] - means[j]) ** 2).sum(axis=1).mean()) for j in range(3)]
    worst = [
        max((spread[i] + spread[j]) / np.linalg.norm(means[i] - means[j]) for j in range(3) if j != i)
        for i in range(3)
    ]

    assert davies_bouldin_of_sums(*sums_of(X, labels, 3)) == pytest.approx(np.mean(worst))


def test_segments_without_members_are_left_out_of_the_sums():
    X, labels = clustered()
    counts, sums, squares = sums_of(X, labels, 4)
    padded = np.append(counts, 0), np.vstack([sums, np.zeros(3)]), np.append(squares, 0.0)

    assert davies_bouldin_of_sums(*padded) == davies_bouldin_of_sums(counts, sums, squares)
    assert calinski_harabasz_of_sums(*padded) == calinski_harabasz_of_sums(counts, sums, squares)


@pytest.mark.parametrize("cells", [indices.CHUNK_CELLS, 10])
def test_dunn_equals_brute_force_in_any_chunks(monkeypatch, cells):
    monkeypatch.setattr(indices, "CHUNK_CELLS", cells)
    X, labels = clustered(n=80)
    distances, same = cdist(X, X), labels[:, None] == labels

    assert dunn(X, labels) == pytest.approx(distances[~same].min() / distances[same].max())


@pytest.mark.parametrize("index", [davies_bouldin, calinski_harabasz, dunn])
@given(seed=st.integers(0, 2**32 - 1))
def test_permuting_rows_or_renaming_labels_changes_nothing(index, seed):
    X, labels = clustered(n=40, seed=seed)
    order = np.random.default_rng(seed).permutation(40)
    names = np.array([40, -3, 8, 0])

    assert index(X[order], names[labels][order]) == pytest.approx(index(X, labels), rel=1e-9)


@pytest.mark.parametrize("index", [davies_bouldin, calinski_harabasz, dunn])
def test_one_cluster_has_no_index(index):
    assert np.isnan(index(np.arange(8.0).reshape(4, 2), [1, 1, 1, 1]))


def test_what_nothing_varies_within_has_no_variance_ratio_and_no_dunn():
    X, labels = np.array([[0.0], [1.0], [1.0]]), [0, 1, 1]

    assert np.isnan(calinski_harabasz(X, labels))
    assert np.isnan(dunn(X, labels))
    assert np.isnan(calinski_harabasz(X, [0, 1, 2]))


def test_the_knee_is_where_the_curve_bends():
    assert knee([3, 4, 5, 6, 7, 8], [100, 60, 30, 27, 25, 24]) == 5
    assert knee([8, 3, 5, 4, 7, 6], [24, 100, 30, 60, 25, 27]) == 5


@pytest.mark.parametrize(
    "inertias",
    [[9, 6, 3], [9, 8, 1], [5, 5, 5], [9, 6, float("nan")], [float("nan")] * 3],
    ids=["straight", "bulging", "flat", "two", "none"],
)
def test_without_a_bend_there_is_no_knee(inertias):
    assert knee([3, 4, 5], inertias) is None
