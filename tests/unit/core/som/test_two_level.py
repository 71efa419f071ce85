"""Two levels: weighted joins equal scipy's on every customer, and the cuts do what they say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster, is_valid_linkage, linkage
from sklearn.metrics import adjusted_rand_score

from shared.core.som.two_level import labels_of, macro_segments, weighted_linkage
from shared.errors import InvalidConfig

METHODS = ["ward", "average"]


def prototypes(m, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(m, 3)), rng.integers(1, 9, m)


@given(st.sampled_from(METHODS), st.integers(2, 14), st.integers(0, 999))
def test_joins_equal_scipys_with_every_prototype_repeated_by_its_hits(method, m, seed):
    points, hits = prototypes(m, seed)
    expected = linkage(np.repeat(points, hits, axis=0), method)[-(m - 1) :, 2]
    joins = weighted_linkage(points, hits.astype(float), method)

    np.testing.assert_allclose(joins[:, 2], expected, rtol=1e-9)
    assert is_valid_linkage(joins)


@given(st.sampled_from(METHODS), st.integers(3, 14), st.integers(2, 3), st.integers(0, 999))
def test_segments_equal_scipys_with_every_prototype_repeated_by_its_hits(method, m, k, seed):
    points, hits = prototypes(m, seed)
    expected = fcluster(linkage(np.repeat(points, hits, axis=0), method), k, "maxclust")
    ours = macro_segments(points, hits, method=method, k=k).labels

    assert adjusted_rand_score(np.repeat(ours, hits), expected) == 1.0


@given(st.sampled_from(METHODS), st.integers(1, 12), st.integers(0, 99))
def test_a_cut_by_k_gives_exactly_k_segments_numbered_by_appearance(method, k, seed):
    points, hits = prototypes(12, seed)
    labels = macro_segments(points, hits, method=method, k=k).labels

    assert list(dict.fromkeys(labels.tolist())) == list(range(k))


@pytest.mark.parametrize("method", METHODS)
def test_equal_prototypes_still_give_exactly_k_segments(method):
    labels = macro_segments(np.ones((6, 2)), np.ones(6), method=method, k=4).labels

    assert set(labels.tolist()) == {0, 1, 2, 3}


def test_hits_decide_whom_a_prototype_joins():
    """Ward asks what a join costs: the many at 1.1 are dearer to join than the few at -1.3."""
    points = np.array([[0.0], [1.1], [-1.3]])

    assert macro_segments(points, np.array([10, 100, 1]), k=2).labels.tolist() == [0, 1, 0]
    assert macro_segments(points, np.array([10, 1, 100]), k=2).labels.tolist() == [0, 0, 1]


@pytest.mark.parametrize("method", METHODS)
def test_a_prototype_without_hits_follows_its_nearest_with_hits(method):
    points = np.array([[0.0], [4.9], [10.0], [5.1]])
    segments = macro_segments(points, np.array([5, 0, 5, 0]), method=method, k=2)

    assert segments.labels.tolist() == [0, 0, 1, 1]
    assert segments.supported.tolist() == [0, 2]
    assert segments.linkage.shape == (1, 4)


def test_a_single_prototype_is_a_segment():
    segments = macro_segments(np.ones((1, 2)), np.ones(1), k=1)

    assert segments.labels.tolist() == [0]
    assert segments.linkage.shape == (0, 4)


@pytest.mark.parametrize("k", [1, 2, 7, 60])
def test_a_cut_is_that_of_scipy(k):
    points, _ = prototypes(60)
    joins = linkage(points, "ward")

    labels = labels_of(joins, k)

    assert adjusted_rand_score(labels, fcluster(joins, k, "maxclust")) == 1
    assert list(dict.fromkeys(labels.tolist())) == list(range(k))


def test_nothing_given_is_changed_and_nothing_returned_can_be():
    points, hits = prototypes(9)
    copies = points.copy(), hits.copy()
    segments = macro_segments(points, hits, k=3)

    assert np.array_equal(points, copies[0])
    assert np.array_equal(hits, copies[1])
    assert not segments.labels.flags.writeable
    assert not segments.linkage.flags.writeable


@pytest.mark.parametrize(
    ("hits", "arguments", "message"),
    [
        ([0, 0], {"k": 1}, "a prototype with hits"),
        ([1, 1], {"k": 3}, "between 1 and 2"),
        ([1, 1], {"k": 0}, "between 1 and 2"),
        ([1, 1], {"k": 1, "method": "centroid"}, "linkage must be"),
    ],
)
def test_impossible_questions_are_refused(hits, arguments, message):
    with pytest.raises(InvalidConfig, match=message):
        macro_segments(np.zeros((2, 1)), np.array(hits), **arguments)
