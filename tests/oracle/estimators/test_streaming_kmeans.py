import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.metrics import adjusted_rand_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from shared.core.kmeans.reference_rules import Prototypes, mllib_update
from shared.estimators import StreamingKMeans

UPDATES = ("retract", "half_life", "minibatch", "mllib")
EXACT = ("retract", "half_life")


def blobs(n=600, k=4, d=3, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)) + 8 * rng.normal(size=(k, d))[rng.integers(0, k, n)]


@parametrize_with_checks([StreamingKMeans(update=update) for update in UPDATES])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
def test_it_keeps_scikit_learns_contract(estimator, check):
    check(estimator)


def test_fit_equals_scikit_learn_from_the_same_centers():
    X = blobs()
    ours = StreamingKMeans(4, init=X[:4]).fit(X)
    theirs = KMeans(4, init=X[:4], n_init=1, tol=0).fit(X)
    np.testing.assert_allclose(ours.cluster_centers_, theirs.cluster_centers_, atol=1e-7)
    assert (ours.labels_ == theirs.labels_).all()
    assert ours.inertia_ == pytest.approx(theirs.inertia_, rel=1e-9)
    np.testing.assert_allclose(ours.transform(X), theirs.transform(X), rtol=1e-7)


@pytest.mark.parametrize("ratio", [0.0, 0.01, 0.5])
def test_the_minibatch_rule_equals_scikit_learn_with_and_without_reassignment(ratio):
    init = blobs(seed=5)[:8]
    ours = StreamingKMeans(8, update="minibatch", init=init, reassignment_ratio=ratio, random_state=3)
    theirs = MiniBatchKMeans(8, init=init, n_init=1, reassignment_ratio=ratio, random_state=3)
    # 30 rows a batch: the check falls due in some batches and not in others.
    for X in np.split(blobs(), 20):
        ours.partial_fit(X)
        theirs.partial_fit(X)
        np.testing.assert_allclose(ours.cluster_centers_, theirs.cluster_centers_, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("time_unit", ["batches", "points"])
def test_the_mllib_rule_is_the_one_of_the_core(time_unit):
    X, init = blobs(), blobs(seed=5)[:4]
    ours = StreamingKMeans(4, update="mllib", init=init, decay_factor=0.9, time_unit=time_unit)
    expected = Prototypes(init, np.zeros(4))
    for batch in np.split(X, 6):
        ours.partial_fit(batch)
        expected = mllib_update(expected, batch, decay_factor=0.9, time_unit=time_unit)
    np.testing.assert_array_equal(ours.cluster_centers_, expected.centers)
    np.testing.assert_array_equal(ours.weights_, expected.weights)


@pytest.mark.parametrize("update", EXACT)
def test_learning_then_forgetting_returns_to_the_start(update):
    X, extra = blobs(), blobs(50, seed=9)
    model = StreamingKMeans(4, update=update, random_state=0).fit(X, times=np.linspace(0, 100, len(X)))
    before = model.cluster_centers_
    times, weights = np.linspace(50, 150, 50), np.linspace(0.1, 2, 50)
    labels = model.partial_fit(extra, sample_weight=weights, times=times).labels_
    assert not np.array_equal(model.cluster_centers_, before)
    model.forget(extra, labels, sample_weight=weights, times=times)
    np.testing.assert_array_equal(model.cluster_centers_, before)


def test_a_changed_customer_counts_once():
    X = blobs()
    model = StreamingKMeans(4, random_state=0).fit(X)
    for shift in range(20):
        moved = X[:1] + shift / 100
        labels = model.partial_fit(moved).labels_
        model.forget(moved, labels)
    assert model.weights_.sum() == len(X)


@pytest.mark.parametrize("update", EXACT)
def test_a_batch_split_in_two_gives_the_same_model_against_the_same_centers(update):
    X, times = blobs(), np.linspace(0, 500, 600)
    # The centers are far apart: moving them a little between the halves changes no label.
    start = StreamingKMeans(4, update=update, random_state=0).fit(X, times=times)
    whole, halves = pickle.loads(pickle.dumps(start)), pickle.loads(pickle.dumps(start))  # noqa: S301
    whole.partial_fit(X, times=times + 100)
    for half in (slice(0, 300), slice(300, 600)):
        halves.partial_fit(X[half], times=times[half] + 100)
    np.testing.assert_array_equal(whole.cluster_centers_, halves.cluster_centers_)


def test_half_life_follows_the_new_and_retract_weighs_all_alike():
    old, new = blobs(400, k=1) - 20, blobs(400, k=1) + 20
    for update, expected in (("retract", 0.5), ("half_life", 2**10 / (2**10 + 1))):
        model = StreamingKMeans(1, update=update, half_life=10.0).fit(old, times=np.zeros(400))
        model.partial_fit(new, times=np.full(400, 100.0))
        share = (model.cluster_centers_[0] - old.mean(axis=0)) / (new.mean(axis=0) - old.mean(axis=0))
        np.testing.assert_allclose(share, expected, rtol=1e-6)


def test_half_life_goes_on_for_ever_and_weights_by_age():
    rng, model = np.random.default_rng(0), StreamingKMeans(1, update="half_life", half_life=1.0)
    rows = rng.normal(size=(200, 2))
    for row in rows:  # 200 half-lives
        model.partial_fit(row[np.newaxis])
    expected = np.average(rows, axis=0, weights=0.5 ** np.arange(199, -1, -1.0))
    np.testing.assert_allclose(model.cluster_centers_[0], expected, atol=1e-8)


@pytest.mark.parametrize("scale", [1e-300, 1e-20, 1e20, 1e300])
def test_any_scale_gives_the_same_segments(scale):
    X = blobs()
    plain, scaled = (StreamingKMeans(4, random_state=0).fit(rows) for rows in (X, X * scale))
    np.testing.assert_array_equal(plain.predict(X), scaled.predict(X * scale))
    np.testing.assert_allclose(scaled.cluster_centers_, plain.cluster_centers_ * scale, rtol=1e-6)
    np.testing.assert_allclose(scaled.transform(X[:5] * scale), plain.transform(X[:5]) * scale, rtol=1e-6)


def test_later_batches_may_be_larger_but_not_without_limit():
    model = StreamingKMeans(2, random_state=0).fit(blobs())
    model.partial_fit(blobs() * 1000)
    with pytest.raises(ValueError, match="scale the features"):
        model.partial_fit(blobs() * 1e12)


@pytest.mark.parametrize("update", UPDATES)
def test_the_same_seed_gives_the_same_model(update):
    X = blobs()
    one, two = (
        StreamingKMeans(5, update=update, random_state=7).fit(X).partial_fit(X[:50]) for _ in range(2)
    )
    np.testing.assert_array_equal(one.cluster_centers_, two.cluster_centers_)


@pytest.mark.parametrize("update", UPDATES)
def test_inputs_are_never_mutated(update):
    X, weights = blobs(), np.ones(600)
    StreamingKMeans(3, update=update).fit(X, sample_weight=weights).partial_fit(X, sample_weight=weights)
    np.testing.assert_array_equal(X, blobs())
    np.testing.assert_array_equal(weights, np.ones(600))


@pytest.mark.parametrize("update", UPDATES)
def test_fit_finds_the_groups_under_every_rule(update):
    X = blobs()
    truth = KMeans(4, n_init=20, random_state=0).fit_predict(X)
    assert adjusted_rand_score(truth, StreamingKMeans(4, update=update, random_state=0).fit_predict(X)) > 0.99


def test_centers_without_rows_stay_and_are_reported():
    model = StreamingKMeans(3, init=[[0.0], [5.0], [100.0]]).partial_fit([[0.0], [1.0], [5.0]])
    assert model.unsupported_.tolist() == [2]
    assert model.cluster_centers_.tolist() == [[0.5], [5.0], [100.0]]


def test_one_customer_and_identical_customers_are_enough():
    for X in ([[3.0, 4.0]], [[3.0, 4.0]] * 9, [[0.0, 0.0]]):
        model = StreamingKMeans(3).fit(X)
        assert model.inertia_ == 0
        assert model.predict(X).tolist() == [0] * len(X)
        assert model.unsupported_.tolist() == [1, 2]


def test_forgetting_everybody_leaves_the_centers_in_place():
    X = blobs()
    model = StreamingKMeans(4, random_state=0).fit(X)
    centers = model.cluster_centers_
    model.forget(X, model.labels_)
    np.testing.assert_array_equal(model.cluster_centers_, centers)
    assert model.unsupported_.tolist() == [0, 1, 2, 3]


def test_a_clone_is_unfitted_and_has_the_same_settings():
    model = StreamingKMeans(3, update="half_life", half_life=30.0).fit(blobs())
    assert clone(model).get_params() == model.get_params()
    assert not hasattr(clone(model), "cluster_centers_")
    assert model.get_feature_names_out().tolist() == [f"streamingkmeans{label}" for label in range(3)]


def test_an_init_of_another_shape_is_refused():
    for learn in ("fit", "partial_fit"):
        with pytest.raises(ValueError, match=r"init should have the shape \(8, 3\)"):
            getattr(StreamingKMeans(init=[[1.0]]), learn)(blobs())


def test_rules_without_sums_cannot_forget_and_fading_needs_times():
    X = blobs(50)
    for update in ("minibatch", "mllib"):
        model = StreamingKMeans(2, update=update).fit(X)
        with pytest.raises(ValueError, match="keeps no sums"):
            model.forget(X, model.labels_)
    faded = StreamingKMeans(2, update="half_life").fit(X)
    with pytest.raises(ValueError, match="needs the `times`"):
        faded.forget(X, faded.labels_)


def test_times_must_be_one_for_each_row():
    with pytest.raises(ValueError, match=r"times should be \(600,\), one for each row; got \(1,\)"):
        StreamingKMeans(2).fit(blobs(), times=[1.0])
    with pytest.raises(ValueError, match="times should be finite"):
        StreamingKMeans(2).fit(blobs(2), times=[1.0, np.nan])


def test_not_a_number_and_infinity_are_refused():
    for bad in (np.nan, np.inf):
        with pytest.raises(ValueError, match="Input X contains"):
            StreamingKMeans(1).fit([[1.0], [bad]])


@pytest.mark.parametrize("seed", range(20))
def test_a_rare_far_segment_keeps_its_center_where_the_reference_loses_it(seed):
    rng = np.random.default_rng(seed)
    places = np.array([[0.0, 0.0], [6.0, 0.0], [0.0, 6.0], [12.0, 12.0]])
    sizes = [1200, 500, 290, 10]  # the last one: 0.5% of the customers, more than 6 sd from all others
    truth = np.repeat(np.arange(4), sizes)
    table = places[truth] + rng.normal(size=(2000, 2))
    ours = StreamingKMeans(4, init=places).partial_fit(table)
    labels = ours.labels_.copy()
    theirs = MiniBatchKMeans(4, init=places, n_init=1, random_state=seed).partial_fit(table)
    assert np.linalg.norm(theirs.cluster_centers_ - places[3], axis=1).min() > 3
    for _ in range(20):
        who = rng.choice(2000, 100, replace=False)
        changed = places[truth[who]] + rng.normal(size=(100, 2))
        ours.forget(table[who], labels[who])
        labels[who] = ours.partial_fit(changed).labels_
        table[who] = changed
    is_vip, found = truth == 3, ours.predict(table) == 3
    assert (is_vip & found).sum() >= 0.9 * max(is_vip.sum(), found.sum())
