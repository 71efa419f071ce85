"""One pass of StreamingKMeans ends as well as scikit-learn's KMeans on everything, however it begins."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.cluster import KMeans

from benchmarks.models.one_pass import CASES, full_fit, inertia, is_found, ours, stream
from shared.estimators import StreamingKMeans

EXACT = ("retract", "half_life")
JUDGED = [case for case in CASES if case.has_target]


@pytest.mark.parametrize("seed", [100, 101])
@pytest.mark.parametrize("case", JUDGED, ids=lambda case: case.name)
def test_one_pass_ends_as_well_as_a_full_fit_and_finds_the_small_group(case, seed):
    given = stream(replace(case, n_batches=min(case.n_batches, 100)), seed)
    centers = ours(given, seed)

    assert inertia(given, centers) <= 1.01 * inertia(given, full_fit(given, seed))
    assert is_found(given, centers)


def test_a_lost_group_is_not_taken_for_a_found_one():
    given = stream(CASES[1], 0)

    assert is_found(given, given.means)
    assert not is_found(given, np.vstack([given.means[:-1], given.means[:1] + 0.5]))


def three_groups(seed, n=150):
    rng = np.random.default_rng(seed)
    X = np.vstack([rng.normal(place, 1, (n, 2)) for place in (0, 20, -20)])
    return X[rng.permutation(len(X))]


@pytest.mark.parametrize("update", EXACT)
@pytest.mark.parametrize("first", [1, 2, 3, 5, 10, 20, 100])
def test_no_size_of_the_first_batch_merges_groups(first, update):
    for seed in range(5):
        X = three_groups(seed)
        model = StreamingKMeans(3, update=update, random_state=0).partial_fit(X[:first])
        for start in range(first, len(X), 20):
            model.partial_fit(X[start : start + 20])
        assert np.bincount(model.predict(X)).tolist() == [150, 150, 150]


@pytest.mark.parametrize("begin", ["fit", "partial_fit"])
@pytest.mark.parametrize("first", [[[3.0, 4.0]], [[3.0, 4.0]] * 500, [[3.0, 4.0], [3.1, 4.0]] * 3])
def test_centers_without_rows_wait_for_rows_of_their_own(begin, first):
    model = getattr(StreamingKMeans(3, random_state=0), begin)(first)
    assert len(model.unsupported_) == 3 - len(np.unique(first, axis=0))
    model.partial_fit([[-3.0, 0.0], [1.0, 0.0]])

    assert not len(model.unsupported_)
    assert len({*model.predict([[3.0, 4.0], [-3.0, 0.0], [1.0, 0.0]])}) == 3


def test_rows_one_by_one_are_enough():
    X = three_groups(0, n=60)
    model = StreamingKMeans(3, random_state=0)
    for row in X:
        model.partial_fit(row[np.newaxis])

    expected = KMeans(3, n_init=10, random_state=0).fit(X)
    assert np.sum(model.transform(X).min(axis=1) ** 2) == pytest.approx(expected.inertia_)


@pytest.mark.parametrize("update", EXACT)
def test_the_first_partial_fit_ends_where_fit_does(update):
    X = three_groups(1)
    one, other = (
        getattr(StreamingKMeans(5, update=update, random_state=3), learn)(X)
        for learn in ("fit", "partial_fit")
    )

    np.testing.assert_array_equal(one.cluster_centers_, other.cluster_centers_)
    np.testing.assert_array_equal(one.labels_, other.labels_)


def passed_over(X, n_batches):
    model = StreamingKMeans(8, random_state=1)
    told = [model.partial_fit(batch).labels_ for batch in np.array_split(X, n_batches)]
    return model, np.concatenate(told)


def test_the_same_batches_and_seed_give_the_same_model_and_labels():
    X = stream(CASES[2], 5).X
    (one, labels), (other, others) = (passed_over(X, 40) for _ in range(2))

    np.testing.assert_array_equal(one.cluster_centers_, other.cluster_centers_)
    np.testing.assert_array_equal(labels, others)


def test_groups_that_are_apart_end_alike_however_the_stream_is_cut():
    X = stream(CASES[2], 5).X
    one, *others = (passed_over(X, n_batches)[0].cluster_centers_ for n_batches in (1, 7, 40, 333))

    for other in others:
        nearest = np.linalg.norm(one[:, np.newaxis] - other, axis=2).min(axis=1)
        assert nearest.max() < 0.05


def test_everybody_can_be_forgotten_by_the_labels_of_their_batch_after_youth():
    X = stream(CASES[0], 6).X[:9000]
    model, told = passed_over(X, 60)
    assert (told[:500] != model.predict(X[:500])).any()
    order = np.random.default_rng(0).permutation(len(X))
    for part in np.array_split(order, 9):
        model.forget(X[part], told[part])

    assert model.weights_.tolist() == [0.0] * 8


def test_labels_do_not_change_where_the_centers_at_hand_are_as_good():
    X = three_groups(2)
    model = StreamingKMeans(3, random_state=0).partial_fit(X[:100])
    early = model.labels_
    for start in range(100, len(X), 50):
        model.partial_fit(X[start : start + 50])

    np.testing.assert_array_equal(model.predict(X[:100]), early)
