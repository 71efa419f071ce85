"""Identities carried over from champion to challenger."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.segments.alignment import UNMATCHED, align
from shared.core.segments.monic import TransitionKind, transitions
from shared.errors import InvalidConfig

CLEAR = 0.8
SQUARE = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0], [4.0, 4.0]])


@given(st.integers(1, 8), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_any_permutation_is_recovered(k, d, seed):
    rng = np.random.default_rng(seed)
    centers, order = rng.normal(size=(k, d)), rng.permutation(k)

    found = align(centers, centers[order])

    np.testing.assert_array_equal(found.pairs, order)
    np.testing.assert_array_equal(found.ambiguity, 0)


@given(st.integers(0, 2**32 - 1))
def test_small_moves_keep_every_identity(seed):
    rng = np.random.default_rng(seed)
    order = rng.permutation(4)

    found = align(SQUARE, SQUARE[order] + rng.uniform(-0.5, 0.5, (4, 2)))

    np.testing.assert_array_equal(found.pairs, order)
    assert (found.ambiguity < CLEAR).all()


@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_no_identity_is_given_twice_and_permuting_the_new_permutes_the_pairs(k_old, k_new, seed):
    rng = np.random.default_rng(seed)
    old, new = rng.normal(size=(k_old, 3)), rng.normal(size=(k_new, 3))
    overlap, order = rng.integers(0, 50, (k_old, k_new)), rng.permutation(k_new)

    found = align(old, new, overlap=overlap)
    permuted = align(old, new[order], overlap=overlap[:, order])

    matched = found.pairs[found.pairs != UNMATCHED]
    assert len(set(matched.tolist())) == matched.size
    assert ((found.ambiguity >= 0) & (found.ambiguity <= 1)).all()
    np.testing.assert_array_equal(permuted.pairs, found.pairs[order])
    np.testing.assert_allclose(permuted.ambiguity, found.ambiguity[order], atol=1e-12)


@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_identities_persist_wherever_members_survive(k_old, k_new, seed):
    rng = np.random.default_rng(seed)
    overlap = rng.integers(0, 30, (k_old, k_new)) ** 2
    found = align(rng.normal(size=(k_old, 2)), rng.normal(size=(k_new, 2)), overlap=overlap)

    for event in transitions(overlap):
        if event.kind is TransitionKind.SURVIVE:
            assert found.pairs[event.new[0]] == event.old[0]


def test_one_segment_more_gets_a_new_identity():
    found = align(SQUARE, np.vstack([[[9.0, 9.0]], SQUARE]))

    assert found.pairs.tolist() == [UNMATCHED, 0, 1, 2, 3]
    assert (found.ambiguity < CLEAR).all()


def test_one_segment_less_leaves_an_old_identity_unused():
    assert align(SQUARE, SQUARE[[3, 0, 1]]).pairs.tolist() == [3, 0, 1]


def test_a_far_segment_without_common_members_is_a_new_one():
    overlap = np.diag([50, 50, 50, 0])
    moved = np.vstack([SQUARE[:3], [[40.0, 40.0]]])

    assert align(SQUARE, moved, overlap=overlap).pairs.tolist() == [0, 1, 2, UNMATCHED]


def test_members_outweigh_centers_that_changed_places():
    overlap = np.array([[2, 90], [95, 3]])

    assert align(SQUARE[:2], SQUARE[:2], overlap=overlap).pairs.tolist() == [1, 0]


def test_a_new_center_halfway_between_two_old_ones_is_ambiguous():
    found = align(SQUARE[:2], [[2.0, 0.0]])

    assert found.ambiguity[0] == pytest.approx(1.0)


def test_radii_are_the_unit_of_distance():
    near = align([[0.0]], [[2.0]], radii=[1.0])
    far = align([[0.0]], [[4.0]], radii=[1.0])

    assert (near.pairs[0], far.pairs[0]) == (0, UNMATCHED)


def test_identical_old_centers_are_a_toss_up():
    found = align([[1.0], [1.0]], [[1.0], [1.0]])

    assert sorted(found.pairs.tolist()) == [0, 1]
    np.testing.assert_array_equal(found.ambiguity, 1)


def test_without_a_champion_everything_is_new():
    found = align(np.empty((0, 2)), SQUARE, overlap=np.empty((0, 4)))

    assert found.pairs.tolist() == [UNMATCHED] * 4
    assert (found.ambiguity < CLEAR).all()


def test_the_result_is_read_only_and_the_input_untouched():
    centers = SQUARE.copy()
    found = align(centers, centers)

    np.testing.assert_array_equal(centers, SQUARE)
    with pytest.raises(ValueError, match="read-only"):
        found.pairs[0] = 3


def test_shapes_that_disagree_are_refused():
    with pytest.raises(InvalidConfig, match="centers should be"):
        align(SQUARE, np.zeros((2, 3)))
    with pytest.raises(InvalidConfig, match="overlap should be"):
        align(SQUARE, SQUARE, overlap=np.zeros((2, 4)))
