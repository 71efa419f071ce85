"""Which alarms are one cause, what is behind it, and how it is told."""

from dataclasses import replace

import numpy as np
import pytest

from shared.core.drift.budget import Budget
from shared.core.drift.day_flows import DayFlow
from shared.core.drift.episodes import CALM_AGAIN, JOINS_WITHIN_DAYS, follow, leading_cause
from shared.core.drift.explain import ShopFacts, explain_flow, explain_stock
from shared.core.drift.memory import ChannelReading, DriftEpisode, DriftMemory
from shared.core.drift.migration import ModelMove, behaviour_metrics, kept_segments, model_metrics, retention
from shared.core.drift.staleness import DriftMetric, judged
from shared.core.drift.states import AlarmState, DriftState
from shared.core.drift.stock import Diagnosis, badness, diagnose, follow_stock

OK, DRIFT = DriftState.OK, DriftState.DRIFT
BUDGET = Budget(1, 90)
MEMORY = DriftMemory(model_version=3, model_epoch=3, watched_days=147)
FACTS = ShopFacts(
    names={1: "VIP", 2: "At risk", 3: "New"},
    yearly_revenue={1: 150.0, 2: 40.0, 3: 20.0},
    daily_revenue=1_000.0,
    segment_ids=(1, 2, 3),
    moves=np.array([[500, 420, 3], [10, 300, 0], [2, 1, 50]]),
)


def reading(
    channel: str, score: float, state: DriftState, moved: float = 0.0, days: int = 3
) -> ChannelReading:
    segment_id = int(channel.partition(":")[2]) if ":" in channel else None
    return ChannelReading(channel, segment_id, 48.0, 32.0, score, 4.4, state, moved, days)


def metric(name: str, value: float, critical: float) -> DriftMetric:
    return judged(name, value, (critical / 2, critical))


# --- episodes ---------------------------------------------------------------------------------------------


def test_segments_that_follow_from_baskets_are_told_with_them() -> None:
    first = follow(MEMORY, [reading("basket", 5, DRIFT), reading("segment:1", 2, OK)], 100)
    then = follow(first, [reading("basket", 6, DRIFT), reading("segment:1", -5, DRIFT)], 103)
    assert [episode.cause for episode in then.episodes] == ["basket"]
    assert then.episodes[0].channels == ("basket", "segment:1")
    assert then.alarms == 1


def test_segments_that_are_first_are_put_down_to_a_basket_that_is_no_longer_calm() -> None:
    readings = [reading("basket", 3.5, OK), reading("segment:1", -5, DRIFT)]
    assert leading_cause(readings, ["segment:1"]) == "basket"
    assert leading_cause([replace(readings[0], score=3.0), readings[1]], ["segment:1"]) == "segments"


def test_what_alarms_much_later_is_a_cause_of_its_own() -> None:
    first = follow(MEMORY, [reading("buyers", 5, DRIFT), reading("arrivals", 1, OK)], 100)
    later = [reading("buyers", 5, DRIFT), reading("arrivals", 7, DRIFT)]
    soon, late = (follow(first, later, 100 + JOINS_WITHIN_DAYS + more) for more in (0, 1))
    assert [episode.cause for episode in soon.episodes] == ["buyers"]
    assert [episode.cause for episode in late.episodes] == ["buyers", "arrivals"]
    assert late.alarms == 2


def test_a_change_of_spend_is_not_hidden_behind_one_of_volume() -> None:
    first = follow(MEMORY, [reading("arrivals", 5, DRIFT), reading("basket", 1, OK)], 100)
    then = follow(first, [reading("arrivals", 5, DRIFT), reading("basket", 5, DRIFT)], 103)
    assert [episode.cause for episode in then.episodes] == ["arrivals", "basket"]


def test_what_began_as_segments_takes_in_the_basket_that_follows() -> None:
    first = follow(MEMORY, [reading("segment:1", 5, DRIFT), reading("basket", 1, OK)], 100)
    then = follow(first, [reading("segment:1", 5, DRIFT), reading("basket", 5, DRIFT)], 102)
    assert [episode.channels for episode in then.episodes] == [("segment:1", "basket")]


def test_an_episode_ends_with_its_last_channel() -> None:
    first = follow(MEMORY, [reading("basket", 5, DRIFT), reading("segment:1", 5, DRIFT)], 100)
    half = follow(first, [reading("basket", 1, OK), reading("segment:1", 2, DriftState.RECOVERING)], 108)
    over = follow(half, [reading("basket", 1, OK), reading("segment:1", 1, OK)], 110)
    assert len(half.episodes) == 1
    assert over.episodes == ()
    assert [ended.reason for ended in over.ended] == [CALM_AGAIN]


# --- the stock --------------------------------------------------------------------------------------------

FIT = metric("quantization_error_ratio", 1.4, 1.25)
SHARES = metric("share_psi", 0.15, 0.10)


@pytest.mark.parametrize(
    ("causes", "metrics", "watched", "diagnosis"),
    [
        (["basket", "segments"], [FIT, SHARES], True, Diagnosis.SPEND_SHIFT),
        (["arrivals"], [SHARES], True, Diagnosis.VOLUME_SHIFT),
        (["segments"], [SHARES], True, Diagnosis.MIX_SHIFT),
        ([], [FIT, SHARES], True, Diagnosis.MODEL_MISFIT),
        ([], [SHARES], True, Diagnosis.AGEING),
        ([], [SHARES], False, Diagnosis.UNDETERMINED),
    ],
)
def test_causes_are_told_apart(
    causes: list[str], metrics: list[DriftMetric], watched: bool, diagnosis: Diagnosis
) -> None:
    assert diagnose(causes, metrics, are_flows_watched=watched) == diagnosis  # type: ignore[arg-type]


def test_badness_counts_from_no_change_to_critical() -> None:
    assert badness(metric("quantization_error_ratio", 1.25, 1.25)) == pytest.approx(1)
    assert badness(metric("quantization_error_ratio", 0.9, 1.25)) == 0
    assert badness(metric("silhouette_delta", -0.2, -0.1)) == pytest.approx(2)
    assert badness(metric("share_psi", 0.05, 0.1)) == pytest.approx(0.5)
    assert badness(judged("share_psi", None, (0.02, 0.1))) == 0


def test_a_stale_stock_is_believed_at_its_second_tick_and_keeps_its_cause() -> None:
    watched = replace(MEMORY, readings=(reading("basket", 1, OK),))
    once = follow_stock(watched, [SHARES])
    twice = follow_stock(once, [SHARES])
    assert (once.stale.state, once.stale_cause) == (DriftState.SUSPECT, None)
    assert (twice.stale.state, twice.stale_cause) == (DRIFT, "ageing")
    assert follow_stock(twice, [FIT, SHARES]).stale_cause == "ageing"
    assert follow_stock(twice, []) is twice


# --- words ------------------------------------------------------------------------------------------------


def test_a_segment_that_loses_customers_is_told_with_where_they_went_and_what_they_are_worth() -> None:
    vip = reading("segment:1", -5.1, DRIFT, moved=-408.0)
    memory = replace(MEMORY, readings=(vip,), alarms=0)
    told = explain_flow(
        DriftEpisode("segments", 100, ("segment:1",), 3), memory, FACTS, BUDGET, advisory=False
    )
    assert told.title == "VIP loses customers"
    assert told.message.startswith("VIP: 408 customers fewer than expected in 3 days, mostly to At risk; ")
    assert "about 61,200 of yearly revenue at stake" in told.message
    assert "value -5.1, limit 4.4; budget 1 per 90 days, realised 0 causes in 147 days" in told.message
    assert "advisory" not in told.message
    assert told.score == pytest.approx(5.1 / 4.4)
    assert told.evidence["channels"][0]["segment_name"] == "VIP"
    assert told.evidence["diagnosis"] == "mix shift"


def test_a_rise_of_baskets_is_told_with_the_segments_that_follow() -> None:
    members = (reading("basket", 6.6, DRIFT, 0.5, 5), reading("segment:2", 4.8, DRIFT, 90.0))
    memory = replace(MEMORY, readings=(*members, reading("buyers", 1, OK)), alarms=1)
    episode = DriftEpisode("basket", 100, ("basket", "segment:2"), 3)
    told = explain_flow(episode, memory, FACTS, BUDGET, advisory=True)
    assert told.title == "Customers spend more per purchase than usual"
    assert "spend per purchase: 48 where 32 is usual (+50% over 5 days)" in told.message
    assert "also At risk: 90 customers more than expected in 3 days, mostly from VIP" in told.message
    assert "about 182,500 of yearly revenue more" in told.message
    assert "realised 1 cause in 147 days, this one included" in told.message
    assert "advisory: less than a year of history" in told.message
    assert "buyers" not in told.message


def test_a_stale_stock_is_told_with_what_is_out() -> None:
    memory = replace(MEMORY, stale=AlarmState(DRIFT, 2), stale_cause="ageing")
    share = DriftMetric("share_delta", 1, 0.08, 0.03, 0.05, "critical")
    told = explain_stock(memory, [SHARES, share], FACTS.names)
    assert "model 3 was fitted on (ageing)" in told.message
    assert "share_delta of VIP 0.08 (critical 0.05)" in told.message
    assert told.score == pytest.approx(1.5)


# --- migration --------------------------------------------------------------------------------------------


def test_retention_is_the_share_that_stays() -> None:
    assert retention(np.array([[8, 2], [0, 10]])) == pytest.approx(0.9)
    assert retention(np.zeros((2, 2), np.int64)) is None


def test_a_promotion_keeps_those_who_keep_their_identity() -> None:
    move = ModelMove((1, 2), (2, 3), np.array([[1, 60], [30, 9]]))
    kept, ari, ami = model_metrics(ModelMove.from_document(move.to_document()))
    assert kept.value == pytest.approx(0.3)
    assert kept.status == "critical"
    assert (ari.metric, ari.status, ari.warn) == ("ari_model", "ok", None)
    assert (ami.metric, ami.status, ami.warn) == ("ami_model", "ok", None)


def test_nobody_was_moved_by_a_promotion_that_found_nobody() -> None:
    found = model_metrics(ModelMove((1, 2), (2, 3), np.zeros((2, 2), np.int64)))
    assert {metric.status for metric in found} == {"undefined"}


def test_a_segment_goes_on_where_it_keeps_nine_in_ten_both_ways() -> None:
    moves = np.array([[95, 5, 0], [0, 100, 20], [0, 30, 100]])
    assert kept_segments(ModelMove((1, 2, 3), (1, 2, 4), moves)) == {1}
    grown = np.array([[95, 5], [40, 60]])  # 1 keeps its own, and takes in many more
    assert kept_segments(ModelMove((1, 2), (1, 2), grown)) == frozenset()


def test_a_days_retention_is_compared_with_the_days_before() -> None:
    def day(number: int, moved: int) -> DayFlow:
        moves = np.array([[100 - moved, moved], [0, 100]])
        groups = np.ones((20, 7), np.int64)
        return DayFlow(number, 1, 1, (1, 2), groups, moves, moves)

    usual = [day(number, number % 5) for number in range(40)]
    quiet, wild = (behaviour_metrics([*usual, day(40, moved)]) for moved in (2, 30))
    assert [m.status for m in quiet] == ["ok", "ok"]
    assert [m.status for m in wild] == ["critical", "critical"]
    assert [m.metric for m in wild] == ["retention_ageing", "retention_purchases"]
    assert {(m.status, m.warn) for m in behaviour_metrics(usual[:10])} == {("undefined", None)}
