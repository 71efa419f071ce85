"""Agreement measures against scikit-learn, refits, prediction strength."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from shared.core.choice.stability import (
    adjusted_rand,
    bootstrap,
    contingency,
    fit_centers,
    has_distinct_rows,
    segment_jaccard,
)

labelings = st.integers(0, 25).flatmap(
    lambda n: st.tuples(*[st.lists(st.integers(0, 4), min_size=n, max_size=n)] * 2)
)
BLOBS = np.concatenate([np.random.default_rng(j).normal(6 * j, 0.5, (40, 2)) for j in range(3)])


def rng():
    return np.random.default_rng(0)


@given(labelings)
def test_the_adjusted_rand_index_equals_scikit_learns(pair):
    assert adjusted_rand(*pair) == pytest.approx(adjusted_rand_score(*pair), abs=1e-12)


@given(labelings)
def test_renaming_labels_changes_no_agreement(pair):
    renamed = [10 - 2 * a for a in pair[0]]

    assert adjusted_rand(renamed, pair[1]) == pytest.approx(adjusted_rand(*pair))
    assert adjusted_rand(renamed, pair[0]) == pytest.approx(1.0)


def test_pair_counts_of_millions_do_not_overflow():
    labels = np.repeat([0, 1], 3_000_000).astype(np.int32)

    assert adjusted_rand(labels, labels) == 1.0


def test_each_segment_is_matched_with_its_best_refitted_one():
    found = segment_jaccard([0, 0, 0, 1, 1, 3], [7, 7, 2, 2, 2, 2], k=4)

    np.testing.assert_allclose(found, [2 / 3, 2 / 4, 0, 1 / 4])


def test_a_contingency_table_counts_pairs_of_labels():
    np.testing.assert_array_equal(contingency([5, 5, 9], [1, 0, 1]), [[1, 1], [0, 1]])
    np.testing.assert_array_equal(contingency([0, 2], [1, 1], k=3), [[1], [0], [1]])


def test_a_fit_finds_the_blobs_and_repeats_with_its_seed():
    centers = fit_centers(BLOBS, 3, rng=rng(), n_starts=4)

    np.testing.assert_allclose(np.sort(centers[:, 0]), [0, 6, 12], atol=0.3)
    np.testing.assert_array_equal(centers, fit_centers(BLOBS, 3, rng=rng(), n_starts=4))


def test_fewer_distinct_rows_than_centers_have_no_fit():
    assert fit_centers(np.zeros((50, 2)), 2, rng=rng(), n_starts=1) is None
    assert fit_centers(BLOBS[:2], 3, rng=rng(), n_starts=1) is None


def test_distinct_rows_are_found_wherever_they_are():
    rows = np.zeros((500, 2))
    rows[-1] = 1

    assert has_distinct_rows(rows, 2)
    assert not has_distinct_rows(rows, 3)


@pytest.mark.parametrize("is_warm", [True, False])
def test_clear_blobs_come_back_from_every_bootstrap(is_warm):
    start = fit_centers(BLOBS, 3, rng=rng(), n_starts=4)
    truth = np.repeat([0, 1, 2], 40)

    refits = bootstrap(BLOBS, 3, rng=rng(), n_refits=5, n_starts=4, start=start if is_warm else None)

    assert len(refits) == 5
    assert all(refit.drawn.sum() == 120 for refit in refits)
    assert all(adjusted_rand(truth, refit.labels) == 1 for refit in refits)
    assert len({refit.drawn.tobytes() for refit in refits}) == 5


def test_draws_with_too_few_distinct_rows_have_no_refit():
    refits = bootstrap(BLOBS[::40], 3, rng=rng(), n_refits=10, n_starts=1)

    assert 0 < len(refits) < 10
