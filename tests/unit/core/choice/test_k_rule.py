"""The reasoned pick of k."""

import dataclasses

import numpy as np
import pytest

from shared.core.choice.k_rule import LastRun, choose_k
from shared.core.choice.k_scores import Floors, KScores

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
        silhouette_simplified=NAN,
        davies_bouldin=NAN,
        calinski_harabasz=NAN,
        warm_ari=warm,
        warm_ari_se=0.01,
        cold_ari=cold,
        cold_ari_se=cold_se,
        jaccard=np.append(np.full(k - 1, 0.95), jaccard),
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


def saw(*leaders, current_k=5, missed=False):
    return LastRun(current_k, frozenset(leaders), missed)


def test_a_lead_of_more_than_a_standard_error_takes_over_in_the_second_run():
    both = [scores(4, silhouette=0.32), scores(5, silhouette=0.3)]
    once = choose_k(both, current_k=5)
    twice = choose_k(both, current_k=5, before=once.remembered(5))

    assert (once.k, twice.k) == (5, 4)
    assert once.reason.endswith(
        "k=4 leads k=5 by 0.020 of silhouette, standard error 0.014; it must lead in two runs"
    )
    assert twice.reason.endswith("k=4 leads k=5 by 0.020 of silhouette, standard error 0.014, in two runs")


@pytest.mark.parametrize(
    "before",
    [None, saw(), saw(3), saw(4, current_k=6)],
    ids=["no run before", "nobody led", "another led", "beside another current k"],
)
def test_a_lead_that_the_run_before_did_not_see_changes_nothing(before):
    both = [scores(3), scores(4, silhouette=0.35), scores(5, silhouette=0.3)]

    assert choose_k(both, current_k=5, before=before).k == 5


def test_of_several_that_led_twice_the_best_silhouette_wins():
    three = [scores(3, silhouette=0.36), scores(4, silhouette=0.37), scores(5), scores(6, silhouette=0.4)]

    assert choose_k(three, current_k=5, before=saw(3, 4)).k == 4


def test_the_standard_error_is_that_of_the_difference():
    def choice(four, five):
        return choose_k([four, five], current_k=5, before=saw(4)).k

    assert choice(scores(4, silhouette=0.35, se=0.03), scores(5, se=0.04)) == 5
    assert choice(scores(4, silhouette=0.351, se=0.03), scores(5, se=0.04)) == 4
    assert choice(scores(4, silhouette=0.32), scores(5, se=0.05)) == 5
    assert choice(scores(4, silhouette=0.32, se=NAN), scores(5, se=NAN)) == 4


def test_the_current_k_says_so_when_it_is_the_best():
    choice = choose_k([scores(4), scores(5, silhouette=0.4)], current_k=5)

    assert (choice.k, "has the best silhouette" in choice.reason) == (5, True)


def test_a_current_k_below_a_floor_goes_in_the_second_run_and_the_reason_says_which():
    both = [scores(4), scores(5, warm=0.85)]
    once = choose_k(both, current_k=5)
    twice = choose_k(both, current_k=5, before=once.remembered(5))

    assert (once.k, twice.k) == (5, 4)
    assert (
        once.reason == "the current k stays, and goes if it misses a floor in two runs: warm ARI 0.85 < 0.9"
    )
    assert twice.reason.endswith("the current k=5 is out: warm ARI 0.85 < 0.9")


def test_the_current_k_has_the_benefit_of_one_standard_error_at_the_floors():
    other, missed = scores(4), saw(missed=True)

    assert choose_k([other, scores(5, cold=0.79)], current_k=5, before=missed).k == 5
    assert choose_k([other, scores(5, cold=0.77)], current_k=5, before=missed).k == 4
    assert choose_k([other, scores(5, cold=0.79, cold_se=NAN)], current_k=5, before=missed).k == 4
    assert choose_k([other, scores(5, cold=0.79)], current_k=4).verdicts[1].missed == ("cold ARI 0.79 < 0.8",)


def test_if_no_k_reaches_the_floors_the_current_one_stays():
    choice = choose_k([scores(4, warm=0.8), scores(5, warm=0.7)], current_k=5, before=saw(missed=True))

    assert choice.k == 5
    assert choice.reason == "no k reaches the floors; the current k stays and misses: warm ARI 0.70 < 0.9"


def test_a_current_k_that_was_not_scored_is_replaced_at_once():
    choice = choose_k([scores(4)], current_k=9)

    assert choice.k == 4
    assert choice.reason.endswith("the current k=9 is out: it could not be scored")


def test_a_run_remembers_who_led_and_reached_the_floors():
    three = [scores(3, silhouette=0.4, cold=0.7), scores(4, silhouette=0.33), scores(5), scores(6)]

    assert choose_k(three, current_k=5).remembered(5) == saw(4)
    assert choose_k([scores(4), scores(5, warm=0.5)], current_k=5).remembered(5) == saw(missed=True)


def test_every_k_gets_a_verdict():
    four = [scores(3, cold=0.7), scores(4, silhouette=0.303), scores(5), scores(6, silhouette=0.35)]
    choice = choose_k(four, current_k=5)

    assert [v.k for v in choice.verdicts] == [3, 4, 5, 6]
    assert [v.reason for v in choice.verdicts] == [
        "misses: cold ARI 0.70 < 0.8",
        "k=4 leads k=5 by 0.003 of silhouette, standard error 0.014: no clear lead",
        choice.reason,
        "k=6 leads k=5 by 0.050 of silhouette, standard error 0.014; it must lead in two runs",
    ]
    assert [v.is_leader for v in choice.verdicts] == [False, False, False, True]


def test_without_a_current_k_verdicts_compare_with_the_chosen_one():
    first, second = choose_k([scores(3, silhouette=0.2), scores(4)]).verdicts

    assert first.reason == "silhouette 0.200 against 0.300 of k=4"
    assert np.isnan(second.lead)
    assert not second.is_leader


def test_if_no_k_reaches_the_floors_the_fewest_misses_win_then_stability_and_it_says_what_it_misses():
    shaky = scores(6, warm=0.89, cold=0.79)  # the most stable, and misses two
    choice = choose_k([scores(3, warm=0.7, silhouette=0.9), scores(4, cold=0.75), scores(5, warm=NAN), shaky])

    assert choice.k == 4
    assert choice.reason == (
        "no k reaches the floors; k=4 misses the fewest, and is the most stable of those: cold ARI 0.75 < 0.8"
    )


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
