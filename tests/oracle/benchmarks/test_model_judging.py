import math

import numpy as np
import pytest

from benchmarks.models.ageing import LARGEST, MEAN, AgeingCase, ageing
from benchmarks.models.cdnow_shaped import cdnow_shaped
from benchmarks.models.followers import Frozen, MiniBatch, MLlib, Restating, Retracting
from benchmarks.models.fresh_fits import refit, score
from benchmarks.models.history import days_from
from benchmarks.models.map_ageing import map_ageing
from benchmarks.models.rounds import in_rounds
from benchmarks.models.scripted import SCRIPTS, scripted
from benchmarks.models.user_stream import FADING, UserStream
from shared.core.kmeans.assignment import assign

K = 4


@pytest.fixture(scope="module")
def drifted():
    return scripted(SCRIPTS["drift"], 0, n_customers=600)


@pytest.fixture(scope="module")
def cohort():
    return days_from(cdnow_shaped(0, 400), 150)


def final(contender, past):
    for day in past.days:
        contender.learn(day)
    last = past.days[-1]
    return score(contender.centers(), last, refit(last, K, 0))


def test_a_refit_is_as_good_as_itself(drifted):
    day = drifted.days[-1]
    fresh = refit(day, K, 0)
    means = np.array([day.rows[fresh.labels == label].mean(axis=0) for label in range(K)])
    judged = score(means, day, fresh)

    assert judged.inertia_ratio == pytest.approx(1, abs=1e-9)
    assert judged.ari_refit == 1


def test_missing_centers_are_no_score(drifted):
    day = drifted.days[-1]
    judged = score(np.empty((0, 3)), day, refit(day, K, 0))

    assert math.isnan(judged.inertia_ratio)
    assert not LARGEST.is_met(judged.inertia_ratio)


def test_a_model_that_learns_nothing_misses_the_targets(drifted):
    ratio = final(Frozen(drifted.champion), drifted).inertia_ratio

    assert not MEAN.is_met(ratio)
    assert not LARGEST.is_met(ratio)


@pytest.mark.parametrize("learner", [Restating, Retracting])
def test_ours_follows_a_drift(drifted, learner):
    assert final(learner(drifted.champion), drifted).inertia_ratio < 1.02


def test_a_cumulative_rule_lags_behind_a_drift(drifted):
    lagging = [
        final(MiniBatch(drifted.champion, 0, ratio=0.0), drifted),
        final(MLlib(drifted.champion), drifted),
    ]

    assert all(judged.inertia_ratio > 1.1 for judged in lagging)


def test_scikit_learn_and_mllib_without_decay_agree_on_a_stream(drifted):
    theirs, rule = MiniBatch(drifted.champion, 0, ratio=0.0), MLlib(drifted.champion)
    for day in drifted.days[:20]:
        theirs.learn(day)
        rule.learn(day)

    assert theirs.centers() == pytest.approx(rule.centers(), abs=1e-2)


def test_retracting_counts_each_customer_once(drifted):
    model = Retracting(drifted.champion)
    for day in drifted.days:
        model.learn(day)

    assert model._model.weights_.sum() == len(drifted.days[-1].customers)


def test_a_restate_every_other_day_rests_in_between(drifted):
    model = Restating(drifted.champion, every=2)
    model.learn(drifted.days[-1])
    assert np.array_equal(model.centers(), drifted.champion.centers)

    model.learn(drifted.days[-1])
    assert not np.array_equal(model.centers(), drifted.champion.centers)


def test_user_stream_holds_each_customer_once_and_fades_the_silent_ones(drifted):
    model = UserStream(drifted.champion, 0)
    n = len(drifted.champion.table.customers)
    assert model.total_weight == pytest.approx(n)

    day = drifted.days[9]
    model.learn(day)
    n_touched = day.touched.sum()
    assert model.total_weight == pytest.approx(n_touched + (n - n_touched) * 2.0 ** (-FADING * day.day))


def test_user_stream_follows_a_drift(drifted):
    assert final(UserStream(drifted.champion, 0), drifted).inertia_ratio < 1.1


def test_targets_apply_only_to_old_champions_and_few_segments(cohort):
    def judged(k, is_judged):
        rows = ageing(cohort, "cohort", k, AgeingCase(150, 60, is_judged), seed=0)
        assert all(math.isfinite(row.value) for row in rows)
        return [row.target for row in rows if row.target is not None]

    assert judged(6, True) == [MEAN, LARGEST]
    assert judged(8, True) == judged(6, False) == []


def test_ageing_that_was_never_looked_at_meets_nothing(cohort):
    rows = ageing(cohort[:3], "cohort", 3, AgeingCase(150, 60, True), seed=0)

    assert [row.met for row in rows if row.target is not None] == ["no", "no"]


def test_a_frozen_map_is_worse_than_a_settled_one(cohort):
    rows = map_ageing(cohort, "cohort", side=5, looks=2, seed=0, with_whole_tables=False)
    ratio = {row.contender: row.value for row in rows if row.measure == "QE / fresh, max"}

    assert ratio["ours, settled daily"] < 1.05 < ratio["first map, frozen"]
    assert ratio["ours, settled daily"] < ratio["MiniSom's online rule"]


def test_contenders_take_turns_and_the_first_call_is_not_timed():
    calls = []
    rounds = in_rounds({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, 2)

    assert "".join(calls) == "ab" + "ab" + "ba"
    assert len(rounds.seconds["a"]) == len(rounds.seconds["b"]) == 2


def test_the_champion_of_a_script_is_a_resting_point(drifted):
    table, centers = drifted.champion.table, drifted.champion.centers
    labels = assign(table.rows, centers).labels
    means = np.array([table.rows[labels == label].mean(axis=0) for label in range(K)])

    assert means == pytest.approx(centers, abs=1e-6)
