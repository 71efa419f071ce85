"""One tick after the other."""

from dataclasses import replace

import numpy as np
import pytest

from shared.core.drift.budget import Budget
from shared.core.drift.day_flows import GROUPS
from shared.core.drift.episodes import PROMOTED, follow
from shared.core.drift.memory import Cause, ChannelMemory, DriftEpisode, DriftMemory, learning_anew
from shared.core.drift.states import AlarmState, DriftState
from shared.core.drift.watch import MUTED_DAYS, WatchRules, is_advisory, under_model, watch
from tests.support.flow_shop import FIRST_DAY, IDS, Change, day_of, flows, watched

RULES = WatchRules(Budget.parse("1 per 90 days"), seed=7)


@pytest.fixture(scope="module")
def quiet() -> DriftMemory:
    memory, raised = watched(flows(5, 60), RULES)
    assert raised == []
    return memory


def test_channels_learn_for_six_weeks(quiet: DriftMemory) -> None:
    early, _ = watched(flows(5, 41), RULES)
    assert {reading.state for reading in early.readings} == {DriftState.LEARNING}
    assert early.watched_days == 0
    assert all(reading.score is not None and reading.limit for reading in quiet.readings)
    assert quiet.watched_days == 60 - 42


def test_the_memory_survives_its_document(quiet: DriftMemory) -> None:
    episode = DriftEpisode("basket", 3, ("basket", "segment:10"), 1)
    memory = replace(
        quiet, episodes=(episode,), stale=AlarmState(DriftState.SUSPECT, 1), stale_cause="ageing"
    )
    assert DriftMemory.from_document(memory.to_document()) == memory


def test_going_on_from_a_document_is_going_on() -> None:
    days = list(flows(6, 58, Change(50, spend=1.6)))
    straight, _ = watched(iter(days), RULES)
    memory = under_model(DriftMemory(), 0, 1, 1)
    for at, flow in enumerate(days):
        memory = DriftMemory.from_document(memory.to_document())
        memory, readings = watch(memory, days[:at], flow, RULES)
        memory = follow(memory, readings, flow.day)
    assert memory == straight


def test_a_rise_in_spend_alarms_the_basket_and_says_by_how_much() -> None:
    memory, raised = watched(flows(5, 66, Change(52, spend=1.6)), RULES)
    assert [cause for _, cause in raised] == ["basket"]
    basket = next(reading for reading in memory.readings if reading.channel == "basket")
    assert basket.moved == pytest.approx(0.6, abs=0.2)
    assert basket.state == DriftState.DRIFT


def test_while_a_channel_is_alarmed_its_reference_stands_still() -> None:
    memory, _ = watched(flows(5, 95, Change(52, spend=1.8)), RULES)
    basket = next(reading for reading in memory.readings if reading.channel == "basket")
    assert basket.state == DriftState.DRIFT
    assert basket.observed is not None
    assert basket.expected is not None
    assert basket.observed > 1.3 * basket.expected


@pytest.mark.parametrize(("span_days", "buyers"), [(3, 50), (1, 0)])
def test_several_days_at_once_and_a_closed_day_raise_nothing(
    quiet: DriftMemory, span_days: int, buyers: int
) -> None:
    n = np.full(GROUPS, buyers)
    nowhere = np.zeros((GROUPS, len(IDS)), np.int64)
    today = day_of(60, n, n * 9.0, n * 0, nowhere, span_days=span_days)
    after, readings = watch(quiet, list(flows(5, 60)), today, RULES)
    assert all(reading.score is None for reading in readings)
    assert after.channels == quiet.channels
    assert after.watched_days == quiet.watched_days


def test_after_a_promotion_segments_learn_anew_and_the_rest_goes_on_muted(quiet: DriftMemory) -> None:
    alarmed = AlarmState(DriftState.DRIFT, 2)
    channels = dict(quiet.channels) | {"buyers": ChannelMemory(alarm=alarmed, over_since=FIRST_DAY + 55)}
    after = under_model(replace(quiet, channels=channels), FIRST_DAY + 60, 2, 2)
    assert set(after.channels) == {"basket", "buyers", "arrivals"}
    assert after.channels["buyers"] == learning_anew(FIRST_DAY + 60)
    assert after.channels["basket"].ewma == quiet.channels["basket"].ewma
    assert after.muted_until == FIRST_DAY + 60 + MUTED_DAYS
    assert under_model(after, FIRST_DAY + 61, 2, 2) is after


def test_a_segment_that_a_promotion_keeps_goes_on_under_its_identity(quiet: DriftMemory) -> None:
    after = under_model(quiet, FIRST_DAY + 60, 2, 2, segment_ids=(11, 10, 99), kept={10})
    assert after.channels["segment:10"].ewma == quiet.channels["segment:10"].ewma
    assert after.channels["segment:11"] == learning_anew(FIRST_DAY + 60)
    assert set(after.channels) == {"basket", "buyers", "arrivals", "segment:10", "segment:11", "segment:99"}
    tomorrow = replace(list(flows(5, 61))[60], model_epoch=2, segment_ids=(11, 10, 99, 13))
    _, readings = watch(after, list(flows(5, 60)), tomorrow, RULES)
    scored = {reading.channel for reading in readings if reading.score is not None}
    assert "segment:10" in scored
    assert not {"segment:11", "segment:99"} & scored


@pytest.mark.parametrize(
    ("cause", "anew"),
    [
        ("basket", {"basket", "segment:10"}),
        ("buyers", {"buyers", "arrivals", "segment:10"}),
        ("segments", {"segment:10"}),
    ],
)
def test_what_would_be_told_with_an_alarm_learns_anew_after_the_promotion_that_ends_it(
    quiet: DriftMemory, cause: Cause, anew: set[str]
) -> None:
    """A change outlives the promotion: against days before it, segments would alarm as a second cause."""
    alarmed = replace(quiet, episodes=(DriftEpisode(cause, FIRST_DAY + 58, (cause,), 1),))
    after = under_model(alarmed, FIRST_DAY + 60, 2, 2, segment_ids=(10,), kept={10})
    learning = {name for name, channel in after.channels.items() if channel == learning_anew(FIRST_DAY + 60)}
    assert learning == anew


def test_a_promotion_ends_what_was_alarmed_under_the_model_before(quiet: DriftMemory) -> None:
    open_one = replace(quiet, episodes=(DriftEpisode("basket", 3, ("basket",), 1),))
    after = follow(under_model(open_one, FIRST_DAY + 60, 2, 2), (), FIRST_DAY + 60)
    assert after.episodes == ()
    assert [(ended.cause, ended.model_version, ended.reason) for ended in after.ended] == [
        ("basket", 1, PROMOTED)
    ]


def test_with_less_than_a_year_or_four_budget_periods_alarms_are_advisory(quiet: DriftMemory) -> None:
    year = replace(quiet, first_day=0, last_day=365)
    assert is_advisory(quiet, RULES.budget)
    assert not is_advisory(year, RULES.budget)
    assert is_advisory(year, Budget(1, 100))
    assert is_advisory(DriftMemory(), RULES.budget)
