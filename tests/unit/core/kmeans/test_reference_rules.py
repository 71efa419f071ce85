from fractions import Fraction

import numpy as np
import pytest
from sklearn.cluster import MiniBatchKMeans

from shared.core.kmeans.reference_rules import Prototypes, minibatch_update, mllib_update, reassign_small


def batches(n_batches=10, n=300, d=3, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=(n, d)) + rng.normal(size=d) for _ in range(n_batches)]


def start(k=5, d=3, seed=1):
    return np.random.default_rng(seed).normal(size=(k, d))


@pytest.mark.parametrize("weighted", [False, True])
def test_minibatch_arithmetic_is_scikit_learns(weighted):
    theirs = MiniBatchKMeans(5, init=start(), n_init=1, reassignment_ratio=0.0)
    ours = Prototypes(start(), np.zeros(5))
    for number, X in enumerate(batches()):
        weights = np.random.default_rng(number).uniform(0.1, 2, len(X)) if weighted else None
        theirs.partial_fit(X, sample_weight=weights)
        ours = minibatch_update(ours, X, sample_weights=weights)
        np.testing.assert_allclose(ours.centers, theirs.cluster_centers_, rtol=1e-10, atol=1e-12)


def test_a_prototype_that_nobody_hits_stays_under_the_minibatch_rule():
    moved = minibatch_update(Prototypes([[0.0], [99.0]], [2.0, 0.0]), [[3.0]])
    assert moved.centers.tolist() == [[1.0], [99.0]]
    assert moved.weights.tolist() == [3.0, 0.0]


def test_reassignment_takes_the_weight_of_the_lightest_survivor():
    X = np.arange(10.0)[:, np.newaxis]
    before = Prototypes([[0.0], [50.0], [100.0]], [1000.0, 3.0, 500.0])
    after = reassign_small(before, X, ratio=0.01, rng=np.random.default_rng(0))
    assert after.weights.tolist() == [1000.0, 500.0, 500.0]
    assert after.centers[1, 0] in X
    assert before.weights.tolist() == [1000.0, 3.0, 500.0]


def test_reassignment_moves_at_most_half_as_many_as_there_are_rows():
    before = Prototypes(np.zeros((4, 1)), [1000.0, 1.0, 2.0, 3.0])
    after = reassign_small(before, [[7.0], [8.0]], ratio=0.5, rng=np.random.default_rng(0))
    assert after.weights.tolist() == [1000.0, 2.0, 2.0, 3.0]


def test_nothing_small_is_nothing_moved():
    before = Prototypes(np.zeros((2, 1)), [1.0, 1.0])
    assert reassign_small(before, [[7.0]], ratio=0.01, rng=np.random.default_rng(0)) is before


def mllib_by_hand(centers, weights, batch, a, time_unit):
    """Spark's formula in exact fractions, one feature, without the split."""
    centers, weights = [Fraction(c) for c in centers], [Fraction(w) for w in weights]
    hits = [[] for _ in centers]
    for x in batch:
        gaps = [abs(Fraction(x) - c) for c in centers]
        hits[gaps.index(min(gaps))].append(Fraction(x))
    discount = Fraction(a) ** (1 if time_unit == "batches" else len(batch))
    for i, own in enumerate(hits):
        weights[i] *= discount
        if own:
            m, mean = len(own), sum(own) / len(own)
            centers[i] = (centers[i] * weights[i] + m * mean) / (weights[i] + m)
            weights[i] += m
    return [float(c) for c in centers], [float(w) for w in weights]


@pytest.mark.parametrize("time_unit", ["batches", "points"])
@pytest.mark.parametrize("a", [1.0, 0.9, 0.5, 0.0])
def test_mllib_arithmetic_is_the_published_formula(a, time_unit):
    centers, weights = [0.0, 4.0, 9.0], [3.0, 2.0, 1.0]
    rng = np.random.default_rng(0)
    for _ in range(4):
        batch = rng.uniform(-1, 10, 12).round(3)
        ours = mllib_update(
            Prototypes(np.array(centers)[:, np.newaxis], weights),
            batch[:, np.newaxis],
            decay_factor=a,
            time_unit=time_unit,
        )
        centers, weights = mllib_by_hand(centers, weights, batch.tolist(), a, time_unit)
        np.testing.assert_allclose(ours.centers[:, 0], centers, rtol=1e-12)
        np.testing.assert_allclose(ours.weights, weights, rtol=1e-12)


def test_a_dying_cluster_takes_half_of_the_largest():
    before = Prototypes([[2.0], [8.0], [100.0]], [10.0, 5.0, 1e-9])
    after = mllib_update(before, np.zeros((0, 1)))
    assert after.weights.tolist() == [(10 + 1e-9) / 2, 5.0, (10 + 1e-9) / 2]
    assert after.centers[0, 0] == 2.0 + 2e-14
    assert after.centers[2, 0] == 2.0 - 2e-14
    assert after.centers[1, 0] == 8.0


def test_a_weak_cluster_is_not_a_dying_one():
    after = mllib_update(Prototypes([[2.0], [100.0]], [10.0, 1.01e-7]), np.zeros((0, 1)))
    assert after.centers.tolist() == [[2.0], [100.0]]


def test_starved_clusters_die_when_mllib_forgets():
    rng, model = np.random.default_rng(0), Prototypes([[-5.0], [5.0], [50.0]], [100.0, 100.0, 100.0])
    n_batches = 0
    while model.centers[2, 0] > 40 and n_batches < 60:
        n_batches += 1
        X = np.concatenate([rng.normal(-5, 1, 100), rng.normal(5, 1, 100)])[:, np.newaxis]
        model = mllib_update(model, X, decay_factor=0.5)
    # about 27 half-lives: 0.5^27 = 7e-9
    assert 24 <= n_batches <= 28


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"decay_factor": 1.1}, "decay_factor should be between 0 and 1; got 1.1"),
        ({"decay_factor": np.nan}, "decay_factor should be"),
        ({"time_unit": "days"}, "time_unit should be 'batches' or 'points'; got 'days'"),
    ],
)
def test_nonsense_is_refused(setting, message):
    with pytest.raises(ValueError, match=message):
        mllib_update(Prototypes([[0.0]], [1.0]), [[1.0]], **setting)


def test_inputs_are_never_mutated_nor_aliased():
    centers, weights = start(), np.ones(5)
    model = Prototypes(centers, weights)
    for rule in (minibatch_update, mllib_update):
        rule(model, batches()[0])
    np.testing.assert_array_equal(centers, start())
    centers[0, 0] = 77
    assert model.centers[0, 0] != 77
