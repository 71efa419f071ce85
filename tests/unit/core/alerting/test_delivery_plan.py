"""What a channel is told of an alert's changes, in which order, and what is kept from it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.alerting.alert_findings import AlertFinding, Severity
from shared.core.alerting.alert_states import Episode, fired, resolved
from shared.core.alerting.backoff import LONGEST_S, backoff_s
from shared.core.alerting.plan import AlertStanding, ChannelRules, Told, first_untold, next_step, told_by

DAY_1 = datetime(2011, 3, 1, tzinfo=UTC)
RULES = ChannelRules()


def at(hour: float) -> datetime:
    return DAY_1 + timedelta(hours=hour)


def episode(*steps: tuple[float, float | None], severity: Severity = "ticket") -> Episode:
    """Fire (hour, score) one after the other; a score of None resolves."""
    alert: Episode | None = None
    for hour, score in steps:
        if score is None:
            alert = resolved(alert, at(hour), "calm") or alert
        else:
            found = AlertFinding("k", "drift_basket", severity, "t", "m", at(hour), score, 3)
            alert = fired(alert, found) or alert
    assert alert is not None
    return alert


def standing(*steps: tuple[float, float | None], **changes: Any) -> AlertStanding:
    return replace(AlertStanding("drift_basket", episode(*steps)), **changes)


def deliver(
    alert: AlertStanding, seq: int = 0, told: Told | None = None, rules: ChannelRules = RULES
) -> tuple[list[int], str]:
    """Work off everything; the numbers told, and the verdict it ended with."""
    sent: list[int] = []
    while (step := next_step(alert, seq, told, rules)) is not None:
        if step.verdict == "wait":
            return sent, step.reason
        if step.verdict == "send":
            sent.append(step.change.seq)
            told = told_by(step.change, told)
        seq = step.change.seq
    return sent, "done"


def test_every_change_is_told_in_order() -> None:
    assert deliver(standing((0, 2.0), (24, 3.0), (48, None))) == ([1, 2, 3], "done")


def test_what_is_too_mild_for_a_channel_is_not_told_nor_is_its_end() -> None:
    assert deliver(standing((0, 2.0), (24, None)), rules=ChannelRules("warning")) == ([], "done")


def test_a_mute_holds_everything_back_and_afterwards_tells_the_present() -> None:
    steps = [(0, 2.0), (24, 3.0)]

    assert deliver(standing(*steps, is_muted=True)) == ([], "muted")
    assert deliver(standing(*steps, is_muted=True), rules=RULES)[0] == []
    assert deliver(standing(*steps), seq=1) == ([2], "done")


def test_what_came_and_went_under_a_mute_is_never_told() -> None:
    assert deliver(standing((0, 2.0), (24, None), is_muted=True)) == ([], "done")


def test_drift_is_not_told_while_the_stream_is_in_trouble() -> None:
    alert = standing((0, 2.0), is_stream_in_trouble=True)

    assert deliver(alert) == ([], "the stream itself is in trouble")
    assert deliver(replace(alert, kind="stream_down")) == ([1], "done")


def test_an_acknowledged_alert_is_told_again_only_when_more_severe_or_over() -> None:
    heard = Told(at(0), 2.0, "ticket", is_open=True)
    grown = standing((0, 2.0), (24, 4.0), is_acked=True)
    worse = fired(grown.episode, AlertFinding("k", "drift_basket", "warning", "t", "m", at(48), 4.0, 3))
    assert worse is not None

    assert deliver(grown, 1, heard) == ([], "done")
    assert deliver(replace(grown, episode=worse), 1, heard) == ([3], "done")


def test_an_alert_that_returns_within_the_cooldown_stays_quiet_with_its_end() -> None:
    assert deliver(standing((0, 2.0), (5, None), (10, 2.0))) == ([1, 2], "cooling down")
    assert deliver(standing((0, 2.0), (5, None), (10, 2.0), (12, None))) == ([1, 2], "done")


def test_an_alert_that_outlasts_the_cooldown_is_told() -> None:
    assert deliver(standing((0, 2.0), (5, None), (10, 2.0), (24, 2.0))) == ([1, 2, 3], "done")


def test_a_cooldown_does_not_hold_back_what_is_much_worse() -> None:
    assert deliver(standing((0, 2.0), (5, None), (10, 3.0))) == ([1, 2, 3], "done")


def test_a_new_channel_begins_with_what_fires_now() -> None:
    assert first_untold(episode((0, 2.0), (1, None))) == 2
    assert first_untold(episode((0, 2.0), (1, None), (99, 2.0))) == 2
    assert first_untold(episode((0, 2.0))) == 0


CHANGES = st.lists(st.one_of(st.none(), st.floats(1, 9)), min_size=1, max_size=8)


@settings(max_examples=60)
@given(CHANGES, st.sampled_from([0.0, 24.0, 240.0]))
def test_firing_and_resolved_alternate_for_whoever_listens(
    scores: list[float | None], cooldown: float
) -> None:
    alert = standing((0, 2.0), *[(20.0 * (i + 1), score) for i, score in enumerate(scores)])
    sent, _ = deliver(alert, rules=ChannelRules(cooldown=timedelta(hours=cooldown)))
    statuses = [alert.episode.changes[seq - 1].status for seq in sent]

    assert sent == sorted(set(sent))
    assert statuses[:1] == ["firing"]
    assert ("resolved", "resolved") not in list(pairwise(statuses))


def test_without_a_cooldown_everything_is_told() -> None:
    alert = standing((0, 2.0), (1, None), (2, 2.0), (3, None))

    assert deliver(alert, rules=ChannelRules(cooldown=timedelta(0)))[0] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("attempts", "full"), [(1, 1.0), (2, 2.0), (5, 16.0), (9, 256.0), (10, LONGEST_S), (10**6, LONGEST_S)]
)
def test_pauses_double_up_to_a_limit(attempts: int, full: float) -> None:
    assert backoff_s(attempts, 0.0) == full / 2
    assert full / 2 < backoff_s(attempts, 0.999) < full
