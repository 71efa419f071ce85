"""MONIC events of hand-made overlaps, and the facets."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from shared.core.segments.monic import ClusterTransition, TransitionKind, facets, overlap_matrix, transitions
from shared.errors import InvalidConfig

overlaps = arrays(
    np.float64, st.tuples(st.integers(1, 5), st.integers(1, 5)), elements=st.integers(0, 9).map(float)
)


def events(overlap):
    return [(e.kind.value, e.old, e.new) for e in transitions(overlap)]


def test_segments_that_keep_their_members_survive():
    assert events([[90, 10], [5, 95]]) == [("survive", (0,), (0,)), ("survive", (1,), (1,))]


def test_two_that_move_into_one_have_merged():
    assert transitions([[60, 40], [90, 10], [0, 100]]) == (
        ClusterTransition(TransitionKind.MERGE, (0, 1), (0,), 0.75),
        ClusterTransition(TransitionKind.SURVIVE, (2,), (1,), 1.0),
    )


def test_one_that_falls_into_parts_has_split():
    assert events([[45, 40, 15]]) == [("split", (0,), (0, 1)), ("emerge", (), (2,))]


def test_two_equal_halves_are_a_split_whatever_the_order():
    assert events([[50, 50]]) == [("split", (0,), (0, 1))]


def test_a_scattered_one_disappears_and_what_nobody_claims_emerges():
    assert events([[20, 20, 20, 20, 20]]) == [
        ("disappear", (0,), ()),
        *[("emerge", (), (j,)) for j in range(5)],
    ]


def test_an_emerged_segment_says_how_much_came_from_one_old_one():
    emerged = transitions([[60, 40], [10, 0]])[-1]

    assert emerged == ClusterTransition(TransitionKind.EMERGE, (), (1,), 1.0)


def test_an_empty_old_segment_disappears_and_an_empty_new_one_emerges():
    assert events([[0, 0], [0, 7]]) == [
        ("survive", (1,), (1,)),
        ("disappear", (0,), ()),
        ("emerge", (), (0,)),
    ]


def test_the_first_clustering_emerges_whole():
    assert events(np.zeros((0, 2))) == [("emerge", (), (0,)), ("emerge", (), (1,))]


@given(overlaps)
def test_each_old_segment_has_one_event_and_each_new_one_has_some(overlap):
    found = transitions(overlap)

    assert sorted(i for e in found for i in e.old) == list(range(overlap.shape[0]))
    assert {j for e in found for j in e.new} == set(range(overlap.shape[1]))
    assert all(0 <= e.share <= 1 + 1e-12 for e in found)


@given(overlaps, st.data())
def test_renumbering_the_segments_renumbers_the_events(overlap, data):
    rows = data.draw(st.permutations(range(overlap.shape[0])))
    columns = data.draw(st.permutations(range(overlap.shape[1])))
    renamed = {
        (e.kind, tuple(sorted(rows[i] for i in e.old)), tuple(sorted(columns[j] for j in e.new)))
        for e in transitions(overlap[np.ix_(rows, columns)])
    }

    assert renamed == {(e.kind, e.old, e.new) for e in transitions(overlap)}


def test_the_overlap_counts_customers_that_both_have():
    found = overlap_matrix([0, 0, 1, -1, 1], [0, 1, 1, 1, -1], k_old=2, k_new=3)

    np.testing.assert_array_equal(found, [[1, 1, 0], [0, 1, 0]])


def test_age_weights_let_old_members_count_less():
    found = overlap_matrix([0, 0], [0, 1], k_old=1, k_new=2, weights=[1.0, 0.25])

    assert [e.kind for e in transitions(found)] == [TransitionKind.SURVIVE, TransitionKind.EMERGE]


def test_labels_of_different_customers_are_refused():
    with pytest.raises(InvalidConfig, match="equally long"):
        overlap_matrix([0, 1], [0], k_old=2, k_new=1)
    with pytest.raises(InvalidConfig, match="below k_old"):
        overlap_matrix([0, 2], [0, 0], k_old=2, k_new=1)


def test_facets_of_a_pure_survivor_a_split_and_of_nobody_are_read_only():
    found = facets([[10, 0, 0], [0, 6, 2], [0, 0, 0], [2, 0, 0]])

    np.testing.assert_allclose(found.unicity, [1, 0.5, 1, 1])
    np.testing.assert_allclose(found.identity, [10 / 12, 0.75 * 1 + 0.25 * 1, 0, 2 / 12])
    with pytest.raises(ValueError, match="read-only"):
        found.unicity[0] = 0
