import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.fixed_point import SCALE, from_fixed, to_fixed
from shared.core.kmeans.half_life import HalfLife
from shared.core.kmeans.prototype_sums import PrototypeSums

DAY = 86_400_000
RULE = HalfLife(half_life=180 * DAY, landmark=1_300_000_000_000)


def table(n=200, seed=0):
    rng = np.random.default_rng(seed)
    times = int(RULE.landmark) + rng.integers(-400 * DAY, 400 * DAY, n)
    return to_fixed(rng.normal(size=(n, 3))), rng.integers(-1, 4, n), times


def summed(vectors, labels, times, rule=RULE):
    return PrototypeSums.of(vectors, labels, 4, rule.weights(times))


def test_weights_halve_with_every_half_life():
    times = int(RULE.landmark) + np.array([0, 180, 360, -180]) * DAY
    assert RULE.weights(times).tolist() == [1.0, 2.0, 4.0, 0.5]


def test_weights_fade_to_nothing():
    assert RULE.weights([RULE.landmark - 34 * 180 * DAY]).tolist() == [0.0]


def test_weights_are_what_is_summed():
    weights = RULE.weights(table()[2])
    np.testing.assert_array_equal(from_fixed(to_fixed(weights)), weights)


@given(st.integers(0, 200), st.integers(0, 99))
def test_a_batch_split_in_two_fades_alike_and_an_empty_batch_not_at_all(cut, seed):
    vectors, labels, times = table(seed=seed)
    first = summed(vectors[:cut], labels[:cut], times[:cut])
    second = summed(vectors[cut:], labels[cut:], times[cut:])
    nobody = summed(vectors[:0], labels[:0], times[:0])
    assert first.merge(nobody).merge(second) == summed(vectors, labels, times)


def test_what_is_stored_is_retracted_exactly():
    vectors, labels, times = table()
    everybody = summed(vectors, labels, times)
    gone = slice(30, 90)
    rest = np.r_[0:30, 90:200]
    assert everybody.subtract(summed(vectors[gone], labels[gone], times[gone])) == summed(
        vectors[rest], labels[rest], times[rest]
    )


def test_centers_are_means_weighted_by_age():
    vectors, labels, times = table()
    centers = summed(vectors, labels, times).means(np.zeros((4, 3)))
    weights = 0.5 ** ((times.max() - times) / RULE.half_life)
    for label in range(4):
        own = labels == label
        expected = np.average(from_fixed(vectors[own]), axis=0, weights=weights[own])
        np.testing.assert_allclose(centers[label], expected, atol=1e-7)


def test_the_landmark_does_not_matter_to_the_centers():
    vectors, labels, times = table()
    moved = RULE.moved_to(RULE.landmark + 500 * DAY)
    before, after = summed(vectors, labels, times), summed(vectors, labels, times, moved)
    zeros = np.zeros((4, 3))
    np.testing.assert_allclose(after.means(zeros), before.means(zeros), atol=1e-7)
    np.testing.assert_array_equal(after.counts, before.counts)


def test_rescaled_sums_are_within_rounding_of_a_restate():
    vectors, labels, times = table()
    landmark = RULE.landmark + 180 * DAY
    rescaled = RULE.rescaled(summed(vectors, labels, times), landmark)
    restated = summed(vectors, labels, times, RULE.moved_to(landmark))
    for name in ("sums", "weights"):
        gap = np.abs(getattr(rescaled, name) - getattr(restated, name))
        assert gap.max() <= len(times)  # one rounding step for each customer
    np.testing.assert_array_equal(rescaled.counts, restated.counts)
    assert rescaled.weights.max() > SCALE


def test_events_too_far_after_the_landmark_ask_for_a_restate():
    with pytest.raises(ValueError, match="restate with a newer landmark"):
        RULE.weights([RULE.landmark + 31 * 180 * DAY])
    with pytest.raises(ValueError, match="restate with a newer landmark"):
        RULE.weights([np.nan])


@pytest.mark.parametrize(("half_life", "landmark"), [(0, 0), (-1, 0), (np.nan, 0), (np.inf, 0), (1, np.nan)])
def test_nonsense_is_refused(half_life, landmark):
    with pytest.raises(ValueError, match="half_life should be positive and landmark finite"):
        HalfLife(half_life, landmark)
