"""Hourly purchases: whom a window holds, when hours are independent, and what a promotion leaves over."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.customers.features import MS_PER_DAY
from shared.core.drift.budget import Budget
from shared.core.drift.states import AlarmState, DriftState
from shared.core.model.artifact import ModelArtifact
from shared.core.windows.hourly import (
    MS_PER_HOUR,
    REFERENCE_DAYS,
    HourlyMemory,
    HourlyRules,
    Watching,
    judge,
    reference_from_ms,
    under_epoch,
)
from shared.core.windows.hourly_documents import from_document, to_document
from shared.core.windows.hourly_explanation import explain_hours
from shared.core.windows.purchases import MAX_ROWS, PurchaseWindow, fresh_sample
from tests.support import hourly
from tests.support.hourly import HOURS, ROWS, days, play, window
from tests.support.small_model import AS_OF_MS

RULES = HourlyRules(Budget(1, 40), seed=3)


@pytest.fixture(scope="module")
def champion() -> ModelArtifact:
    return hourly.champion()


@pytest.fixture(scope="module")
def learnt(champion: ModelArtifact) -> HourlyMemory:
    memory = play(champion, days(0, REFERENCE_DAYS + 2), under_epoch(HourlyMemory(), 1), RULES)
    assert memory.watching == Watching.WATCHING
    return memory


def test_four_weeks_are_learnt_and_then_quiet_windows_are_judged(learnt: HourlyMemory) -> None:
    assert learnt.state == DriftState.OK
    assert learnt.chance is not None
    assert learnt.chance > 0.01
    assert learnt.windows == 2 * len(HOURS)


def test_a_rise_of_prices_is_found_and_put_into_words(champion: ModelArtifact, learnt: HourlyMemory) -> None:
    first = REFERENCE_DAYS + 2
    memory = play(champion, days(first, first + 2, factor=1.8), learnt, RULES)
    told = explain_hours(memory, champion, Budget(1, 90))

    assert memory.is_alarmed
    assert memory.alarms == 1
    assert told is not None
    assert told.evidence["diagnosis"] == "spend shift"
    moved = {each["channel"]: each for each in told.evidence["channels"]}
    assert moved["centroid"]["feature"] == "monetary"
    assert moved["centroid"]["observed"] > 1.1 * moved["centroid"]["expected"]
    assert "also" in told.message
    assert "budget 1 per 90 days" in told.message


def test_days_that_differ_by_more_than_chance_are_not_watched(champion: ModelArtifact) -> None:
    moody = days(0, REFERENCE_DAYS + 2, by_day=0.5)
    memory = play(champion, moody, under_epoch(HourlyMemory(), 1), RULES)

    assert memory.watching == Watching.DEPENDENT
    assert memory.chance is not None
    assert memory.chance < 0.001
    assert explain_hours(memory, champion, Budget(1, 90)) is None


def test_a_reference_is_tried_once_a_day_until_hours_are_independent() -> None:
    start_ms = AS_OF_MS
    memory = HourlyMemory(model_epoch=1, since_ms=start_ms, tried_ms=None)
    due = window(REFERENCE_DAYS + 1, 12)

    assert reference_from_ms(memory, window(REFERENCE_DAYS - 1, 12)) is None
    assert reference_from_ms(memory, due) == due.start_ms - REFERENCE_DAYS * MS_PER_DAY
    assert reference_from_ms(replace(memory, tried_ms=due.start_ms - MS_PER_HOUR), due) is None


def test_after_a_promotion_the_weeks_before_are_measured_anew_unless_they_were_in_alarm(
    learnt: HourlyMemory,
) -> None:
    calm = under_epoch(learnt, 2)
    detector = learnt.detector
    assert detector is not None
    alarmed = replace(learnt, detector=replace(detector, alarm=AlarmState(DriftState.DRIFT, 2)))

    assert (calm.detector, calm.since_ms) == (None, learnt.since_ms)
    assert under_epoch(alarmed, 2).since_ms == learnt.closed_ms
    assert calm.muted_ms > (learnt.closed_ms or 0)
    assert (calm.windows, calm.alarms) == (learnt.windows, learnt.alarms)
    assert under_epoch(learnt, 1) is learnt


def test_a_stored_watch_goes_on_as_if_it_had_never_stopped(
    champion: ModelArtifact, learnt: HourlyMemory
) -> None:
    next_one = window(REFERENCE_DAYS + 2, 6)
    copy = from_document(to_document(learnt))

    assert to_document(copy) == to_document(learnt)
    assert to_document(judge(copy, next_one, champion)) == to_document(judge(learnt, next_one, champion))
    assert to_document(from_document(to_document(HourlyMemory()))) == to_document(HourlyMemory())


def test_an_hour_of_the_week_that_the_reference_has_not_seen_is_not_judged(
    champion: ModelArtifact, learnt: HourlyMemory
) -> None:
    strange = replace(window(REFERENCE_DAYS + 2, 6), phase=3)
    memory = judge(learnt, strange, champion)

    assert memory.verdict is None
    assert memory.windows == learnt.windows
    assert memory.closed_ms == strange.end_ms


def test_a_window_survives_being_stored() -> None:
    stored = PurchaseWindow.from_document(window(1, 6).to_document())

    assert stored.to_document() == window(1, 6).to_document()
    assert len(stored) == ROWS


@given(
    who=st.lists(st.integers(0, 50), unique=True, max_size=40), seen=st.lists(st.integers(0, 50), max_size=40)
)
def test_whoever_was_in_a_window_lately_is_not_in_the_next(who: list[int], seen: list[int]) -> None:
    before = replace(window(0, 6), who=np.array(seen, np.int64))
    chosen = fresh_sample(who, who, [before])

    assert {who[at] for at in chosen.tolist()} == set(who) - set(seen)


def test_of_a_crowd_a_sample_is_kept_that_differs_from_window_to_window() -> None:
    n = 3 * MAX_ROWS
    orders = [np.random.default_rng(seed).permutation(n) for seed in (1, 2)]
    first, second = (fresh_sample(np.arange(n), order, []) for order in orders)

    assert len(first) == len(second) == MAX_ROWS
    assert set(first.tolist()) != set(second.tolist())
