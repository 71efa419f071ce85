"""The report on every k."""

import numpy as np
import pytest
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_score

from shared.core.choice.k_scores import Floors
from shared.core.choice.k_search import score_k
from shared.core.kmeans.assignment import assign
from shared.errors import InvalidConfig

QUICK = {"n_starts": 2, "n_warm": 4, "n_cold": 4}
LONG = [
    "inertia", "silhouette", "silhouette_se", "silhouette_simplified", "davies_bouldin",
    "calinski_harabasz", "warm_ari", "warm_ari_se", "cold_ari", "cold_ari_se",
]  # fmt: skip


def blobs(sizes, spread=0.5, seed=0):
    rng = np.random.default_rng(seed)
    corners = np.array([[0, 0, 0], [6, 0, 0], [0, 6, 0], [0, 0, 6], [6, 6, 6]])
    parts = [rng.normal(corners[j], spread, (n, 3)) for j, n in enumerate(sizes)]
    return np.concatenate(parts)


FOUR = blobs([80, 80, 80, 80])


@pytest.fixture(scope="module")
def report():
    return score_k(FOUR, [5, 3, 4], seed=1, **QUICK)


def test_four_clear_groups_are_found_to_be_four(report):
    assert report.choice.k == 4
    assert "best silhouette" in report.choice.reason
    assert [s.k for s in report.scores] == [3, 4, 5]
    assert report.knee == 4


def test_every_score_of_a_clear_k_is_defined(report):
    four = report.of(4)

    assert all(np.isfinite(getattr(four, name)) for name in LONG)
    assert four.warm_ari == four.cold_ari == 1
    np.testing.assert_array_equal(four.jaccard, np.ones(4))
    np.testing.assert_array_equal(four.counts, np.full(4, 80))
    assert four.min_share == 0.25


def test_the_indices_are_those_of_the_fit(report):
    for scores in report.scores:
        labels = assign(FOUR, scores.centers).labels

        assert scores.silhouette == pytest.approx(silhouette_score(FOUR, labels))  # the sample is everybody
        assert scores.davies_bouldin == pytest.approx(davies_bouldin_score(FOUR, labels))
        assert scores.calinski_harabasz == pytest.approx(calinski_harabasz_score(FOUR, labels))


def test_the_same_seed_gives_the_same_report_and_ks_do_not_disturb_each_other(report):
    alone = score_k(FOUR, [3], seed=1, **QUICK).scores[0]

    for name in LONG:
        assert getattr(alone, name) == getattr(report.of(3), name)
    np.testing.assert_array_equal(alone.centers, report.of(3).centers)


def test_a_small_segment_that_brings_the_money_is_not_gated_away():
    X = blobs([1000, 1000, 1000, 35])
    spend = np.append(np.ones(3000), np.full(35, 100.0))

    assert score_k(X, [3, 4], seed=1, spend=spend, n_cold=5).choice.k == 4
    assert score_k(X, [3, 4], seed=1, n_cold=5).choice.k == 3


def test_the_current_k_is_kept_when_no_other_leads():
    noise = np.random.default_rng(0).normal(size=(300, 2))
    report = score_k(noise, [3, 4], seed=0, current_k=4, n_starts=8, n_warm=4, n_cold=2)

    assert report.choice.k in {3, 4}
    assert report.choice.reason


def test_centers_that_are_given_are_scored_and_not_fitted_again():
    own = np.array([[0.0, 0, 0], [6, 0, 0], [3, 3, 3]])
    report = score_k(FOUR, [3, 4], seed=1, starts={3: own}, **QUICK)

    np.testing.assert_array_equal(report.of(3).centers, own)
    assert report.of(4).warm_ari == score_k(FOUR, [4], seed=1, **QUICK).of(4).warm_ari


def test_a_large_table_is_refitted_by_a_sample_and_counted_in_full(monkeypatch):
    monkeypatch.setattr("shared.core.choice.k_search.MAX_REFITTED", 120)
    four = score_k(FOUR, [4], seed=1, **QUICK).of(4)

    np.testing.assert_array_equal(four.counts, np.full(4, 80))
    assert four.warm_ari == four.cold_ari == four.jaccard.min() == 1
    assert 0.8 < four.silhouette < 1
    assert four.silhouette_se > 0


def test_the_input_is_not_changed():
    X = FOUR.copy()
    score_k(X, [3], seed=0, **QUICK)

    np.testing.assert_array_equal(X, FOUR)


@pytest.mark.parametrize(
    "X",
    [np.zeros((50, 3)), np.repeat(np.eye(3), 20, axis=0)[:40], np.eye(3)[:2], np.empty((0, 3))],
    ids=["identical points", "two distinct points", "two customers", "nobody"],
)
def test_data_that_cannot_be_segmented_have_undefined_scores_and_one_segment(X):
    report = score_k(X, [3, 4], seed=0, spend=np.ones(len(X)), **QUICK)

    assert report.choice.k == 1
    assert report.knee is None
    assert all(np.isnan(getattr(s, name)) for s in report.scores for name in LONG)
    assert not any(s.is_defined for s in report.scores)


def test_as_many_distinct_points_as_segments_raise_nothing():
    report = score_k(np.repeat(np.eye(3), 20, axis=0), [3, 4], seed=0, **QUICK)

    assert report.of(3).inertia == pytest.approx(0, abs=1e-20)
    assert report.of(3).silhouette == pytest.approx(1)
    assert np.isnan(report.of(3).calinski_harabasz)
    assert not report.of(4).is_defined


def test_a_handful_of_customers_raises_nothing():
    report = score_k(FOUR[::70], [3, 4, 5], seed=0, **QUICK)

    assert report.of(5).is_defined
    assert report.choice.k in {3, 4, 5}


def test_spend_that_sums_to_nothing_says_nothing():
    scores = score_k(FOUR, [4], seed=0, spend=np.zeros(320), **QUICK).scores[0]

    assert np.isnan(scores.spend_shares).all()


def test_without_refits_stability_is_undefined_and_no_k_reaches_the_floors():
    report = score_k(FOUR, [3, 4], seed=0, n_warm=0, n_cold=0)

    assert report.choice.reason.startswith("no k reaches the floors")
    assert np.isnan(report.of(4).silhouette_se)


@pytest.mark.parametrize("ks", [[], [1, 2]])
def test_ks_below_two_are_refused(ks):
    with pytest.raises(InvalidConfig, match="ks should be"):
        score_k(FOUR, ks, seed=0)


@pytest.mark.parametrize("X", [np.zeros(5), np.array([[1.0, np.nan]])])
def test_a_table_that_is_not_finite_is_refused(X):
    with pytest.raises(InvalidConfig, match="finite table"):
        score_k(X, [3], seed=0)


def test_floors_are_those_that_are_asked_for_and_stay_with_the_report():
    noise = np.random.default_rng(0).normal(size=(300, 2))
    strict, mild = (
        Floors(warm_ari=1.0, jaccard=1.0),
        Floors(warm_ari=0.0, cold_ari=0.0, jaccard=0.0, share=0.0),
    )

    refused, taken = (score_k(noise, [3, 4], seed=0, floors=floors, **QUICK) for floors in (strict, mild))

    assert refused.choice.reason.startswith("no k reaches the floors")
    assert all(verdict.missed == () for verdict in taken.choice.verdicts)
    assert (refused.floors, taken.floors) == (strict, mild)
