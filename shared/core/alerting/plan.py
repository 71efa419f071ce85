"""What one channel is told next about one alert: this change, not this one, or not yet.

A channel works off the changes of an alert in order. Which of them it was told decides what it is told
later: a resolution is only news to somebody who heard of the alert.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from shared.core.alerting.alert_findings import ABOUT_THE_MODEL, Kind, Severity, rank
from shared.core.alerting.alert_states import Change, Episode, has_grown


@dataclass(frozen=True)
class Told:
    """The firing a channel heard of last. is_open : it has not heard yet that it is over."""

    as_of: datetime
    score: float | None
    severity: Severity
    is_open: bool


@dataclass(frozen=True)
class AlertStanding:
    """An alert and what keeps it quiet now: a person, a mute, or trouble with the stream itself."""

    kind: Kind
    episode: Episode
    is_acked: bool = False
    is_muted: bool = False
    is_stream_in_trouble: bool = False


@dataclass(frozen=True)
class ChannelRules:
    """What a channel wants to hear, and for how long the same is not news again."""

    min_severity: Severity = "ticket"
    cooldown: timedelta = timedelta(hours=24)


@dataclass(frozen=True)
class NextStep:
    """What to do about `change`, and why if it is not sent."""

    change: Change
    verdict: Literal["send", "skip", "wait"]
    reason: str = ""


def next_step(alert: AlertStanding, seq: int, told: Told | None, rules: ChannelRules) -> NextStep | None:
    """Judge the change after number `seq`; None if there is none.

    What is held back and then overtaken by a later change is skipped: after a mute, the present state
    is told and not its history.
    """
    pending = alert.episode.changes[seq:]
    if not pending:
        return None
    change = pending[0]
    if change.status == "resolved":
        return _resolution(alert, change, told)
    if rank(change.severity) < rank(rules.min_severity):
        return NextStep(change, "skip", f"milder than {rules.min_severity}")
    if _is_acked_already(alert, change, told):
        return NextStep(change, "skip", "acknowledged")
    reason = _held_back(alert, change, told, rules)
    if reason is None:
        return NextStep(change, "send")
    return NextStep(change, "skip" if len(pending) > 1 else "wait", reason)


def told_by(change: Change, told: Told | None) -> Told | None:
    """Return what a channel has heard once it is told `change`."""
    if change.status == "firing":
        return Told(change.as_of, change.score, change.severity, is_open=True)
    return None if told is None else Told(told.as_of, told.score, told.severity, is_open=False)


def first_untold(episode: Episode) -> int:
    """Return after which change a channel that is new begins: with what fires now, not with the past."""
    if episode.status == "resolved":
        return len(episode.changes)
    ended = [change.seq for change in episode.changes if change.status == "resolved"]
    return max(ended, default=0)


def _resolution(alert: AlertStanding, change: Change, told: Told | None) -> NextStep:
    if told is None or not told.is_open:
        return NextStep(change, "skip", "its firing was not told")
    return NextStep(change, "wait", "muted") if alert.is_muted else NextStep(change, "send")


def _is_acked_already(alert: AlertStanding, change: Change, told: Told | None) -> bool:
    """Whoever has acknowledged an alert hears of it again when it becomes more severe, or ends."""
    return (
        alert.is_acked and told is not None and told.is_open and rank(change.severity) <= rank(told.severity)
    )


def _held_back(alert: AlertStanding, change: Change, told: Told | None, rules: ChannelRules) -> str | None:
    if alert.is_muted:
        return "muted"
    if alert.is_stream_in_trouble and alert.kind in ABOUT_THE_MODEL:
        return "the stream itself is in trouble"
    if told is not None and not told.is_open and _is_cooling(alert.episode, change, told, rules.cooldown):
        return "cooling down"
    return None


def _is_cooling(episode: Episode, change: Change, told: Told, cooldown: timedelta) -> bool:
    """Judge by the alert's own time; an alert that still fires when the time is over is news again."""
    is_worse = rank(change.severity) > rank(told.severity) or has_grown(told.score, change.score)
    return not is_worse and max(change.as_of, episode.last_as_of) < told.as_of + cooldown
