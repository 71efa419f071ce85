"""The reasoned pick of k."""

import dataclasses

import numpy as np
import pytest

from shared.core.k_choice import Floors, KScores, choose_k

NAN = float("nan")


def scores(
    k, *, silhouette=0.3, se=0.01, warm=0.95, cold=0.9, cold_se=0.02, jaccard=0.9, counts=None, spend=None
):
    return KScores(
        k=k,
        centers=np.zeros((k, 2)),
        counts=np.full(k, 100) if counts is None else np.array(counts),
        spend_shares=np.full(k, NAN) if spend is None else np.array(spend),
        inertia=1.0,
        silhouette=silhouette,
        silhouette_se=se,
        silhouette_full=NAN,
        silhouette_simplified=NAN,
        davies_bouldin=NAN,
        calinski_harabasz=NAN,
        dunn=NAN,
        warm_ari=warm,
        warm_ari_se=0.01,
        cold_ari=cold,
        cold_ari_se=cold_se,
        jaccard=np.append(np.full(k - 1, 0.95), jaccard),
        prediction_strength=NAN,
    )


def test_without_a_current_k_the_best_silhouette_among_those_that_reach_the_floors_wins():
    choice = choose_k(
        [scores(3, silhouette=0.5, cold=0.7), scores(4, silhouette=0.31), scores(5, silhouette=0.33)]
    )

    assert choice.k == 5
    assert choice.reason == "best silhouette (0.330) among the k that reach the floors (4, 5)"


def test_of_equals_the_smaller_k_wins_whatever_the_order():
    assert choose_k([scores(5), scores(3), scores(4)]).k == 3


def test_the_current_k_stays_without_a_clear_lead():
    choice = choose_k([scores(4, silhouette=0.313), scores(5, silhouette=0.3)], current_k=5)

    assert choice.k == 5
    assert "k=4 leads k=5 by 0.013 of silhouette, standard error 0.014: no clear lead" in choice.reason


def test_a_lead_of_more_than_a_standard_error_takes_over():
    choice = choose_k([scores(4, silhouette=0.32), scores(5, silhouette=0.3)], current_k=5)

    assert choice.k == 4
    assert "k=4 leads k=5 by 0.020" in choice.reason


def test_the_standard_error_is_that_of_the_difference():
    assert choose_k([scores(4, silhouette=0.35, se=0.03), scores(5, se=0.04)], current_k=5).k == 5
    assert choose_k([scores(4, silhouette=0.351, se=0.03), scores(5, se=0.04)], current_k=5).k == 4
    assert choose_k([scores(4, silhouette=0.32), scores(5, se=0.05)], current_k=5).k == 5
    assert choose_k([scores(4, silhouette=0.32, se=NAN), scores(5, se=NAN)], current_k=5).k == 4


def test_the_current_k_says_so_when_it_is_the_best():
    choice = choose_k([scores(4), scores(5, silhouette=0.4)], current_k=5)

    assert (choice.k, "has the best silhouette" in choice.reason) == (5, True)


def test_a_current_k_below_a_floor_goes_and_the_reason_says_which():
    choice = choose_k([scores(4), scores(5, warm=0.85)], current_k=5)

    assert choice.k == 4
    assert choice.reason.endswith("the current k=5 is out: warm ARI 0.85 < 0.9")


def test_the_current_k_has_the_benefit_of_one_standard_error_at_the_floors():
    near, other = scores(5, cold=0.79), scores(4)

    assert choose_k([other, near], current_k=5).k == 5
    assert choose_k([other, near], current_k=4).k == 4
    assert choose_k([other, scores(5, cold=0.77)], current_k=5).k == 4
    assert choose_k([other, scores(5, cold=0.79, cold_se=NAN)], current_k=5).k == 4


def test_a_current_k_that_was_not_scored_is_said():
    assert "k=9 is out: it was not scored" in choose_k([scores(4)], current_k=9).reason


def test_if_no_k_reaches_the_floors_the_most_stable_wins_and_says_what_it_misses():
    choice = choose_k([scores(3, warm=0.7, silhouette=0.9), scores(4, cold=0.75), scores(5, warm=NAN)])

    assert choice.k == 4
    assert choice.reason == "no k reaches the floors; k=4 is the most stable and misses: cold ARI 0.75 < 0.8"


def test_if_nothing_could_be_fitted_one_segment_remains():
    nothing = dataclasses.replace(scores(3), centers=np.empty((0, 2)))
    choice = choose_k([nothing])

    assert choice.k == 1
    assert np.isnan(nothing.min_share)
    assert Floors().missed_by(nothing) == ("fewer distinct customers than segments",)


@pytest.mark.parametrize(
    ("low", "words"),
    [
        ({"warm": 0.89}, "warm ARI 0.89 < 0.9"),
        ({"warm": NAN}, "warm ARI nan < 0.9"),
        ({"cold": 0.79}, "cold ARI 0.79 < 0.8"),
        ({"jaccard": 0.5}, "weakest segment's Jaccard 0.50 < 0.6"),
        ({"counts": [990, 10]}, "smallest segment 1.0% of customers"),
    ],
)
def test_every_floor_is_a_floor(low, words):
    assert Floors().missed_by(scores(2)) == ()
    assert Floors().missed_by(scores(2, **low)) == (words,)


def test_a_small_segment_passes_if_it_brings_money_and_is_no_handful():
    floors = Floors()

    assert floors.missed_by(scores(2, counts=[5000, 30], spend=[0.9, 0.1])) == ()
    assert floors.missed_by(scores(2, counts=[5000, 29], spend=[0.9, 0.1])) != ()
    assert floors.missed_by(scores(2, counts=[5000, 30], spend=[0.99, 0.01])) != ()


def test_an_undefined_silhouette_never_wins():
    assert choose_k([scores(3, silhouette=NAN), scores(4, silhouette=-0.1)]).k == 4


def test_scores_are_read_only():
    with pytest.raises(ValueError, match="read-only"):
        scores(3).counts[0] = 1
