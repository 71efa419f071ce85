"""One tick of the watch over daily flows: every channel against its own usual, within one budget.

A day is scored when it is the flow of one day on which somebody bought; a tick that spans several days,
as after a pause, is recorded and raises nothing. What was alarmed does not belong to a reference.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from shared.core.drift.baseline import MIN_DAYS, SMOOTHING, Baseline
from shared.core.drift.budget import Budget
from shared.core.drift.day_flows import BUSINESS, DayFlow
from shared.core.drift.episodes import is_told_with
from shared.core.drift.limits import bootstrap_limits
from shared.core.drift.memory import (
    SEGMENT,
    ChannelMemory,
    ChannelReading,
    DriftMemory,
    channel_names,
    learning_anew,
)
from shared.core.drift.readings import read
from shared.core.drift.series import (
    ACCEPTED_AFTER_DAYS,
    Series,
    baseline_of,
    line_up,
    oldest_needed,
)
from shared.core.drift.states import AlarmState, DriftState, advance

CALIBRATION_DAYS: Final = 7
"""Limits are drawn anew once a week: the reference has then moved by a week."""

MUTED_DAYS: Final = 7
"""After a promotion: nothing measured under the model before is held against the new one."""

YEAR_DAYS: Final = 365
BUDGET_PERIODS: Final = 4
"""Less history than a year, or than four budget periods: alarms are advisory."""


@dataclass(frozen=True)
class WatchRules:
    """budget : of all channels together. seed : of the resampling."""

    budget: Budget
    seed: int


def is_advisory(memory: DriftMemory, budget: Budget) -> bool:
    """Whether there is too little history to keep the promise of the budget: a season may be unseen."""
    if memory.first_day is None or memory.last_day is None:
        return True
    needed = max(YEAR_DAYS, BUDGET_PERIODS * budget.period_days)
    return memory.last_day - memory.first_day < needed


def under_model(
    memory: DriftMemory,
    day: int,
    version: int,
    epoch: int,
    segment_ids: Collection[int] = (),
    kept: Collection[int] = (),
) -> DriftMemory:
    """Follow a promotion: what was alarmed learns anew, and so do segments; the rest goes on, muted.

    What would be told with an alarm that is out learns anew too: the change outlives the promotion, and
    against the days before it, segments would alarm as another cause once they are heard again.

    Parameters
    ----------
    segment_ids : of the new model. kept : those of them that hold the same customers as before; they go on.
    """
    if memory.model_epoch == epoch:
        return memory
    segments = {f"{SEGMENT}{segment_id}" for segment_id in segment_ids}
    going_on = {*BUSINESS, *(f"{SEGMENT}{segment_id}" for segment_id in kept)}
    kept_channels = {
        name: learning_anew(day)
        if channel.alarm.is_alarmed or is_told_with(memory.episodes, name)
        else replace(channel, alarm=AlarmState())
        for name, channel in memory.channels.items()
        if name in going_on
    }
    fresh = {name: learning_anew(day) for name in segments}
    return replace(
        memory,
        model_version=version,
        model_epoch=epoch,
        channels=fresh | kept_channels,
        calibrated_day=None,
        muted_until=day + MUTED_DAYS,
        stale=AlarmState(),
        stale_cause=None,
    )


def watch(
    memory: DriftMemory, history: Sequence[DayFlow], today: DayFlow, rules: WatchRules
) -> tuple[DriftMemory, tuple[ChannelReading, ...]]:
    """Score a day in every channel and advance the alarms.

    Parameters
    ----------
    history : earlier flows from `oldest_needed(today.day)` on, in order of days. The memory must already
    stand under the model of today's flow.
    """
    names = channel_names(today.segment_ids)
    known = {name: memory.channels.get(name, learning_anew(0)) for name in names}
    series = line_up(history, today)
    baselines = {name: baseline_of(series[name], known[name], today.day) for name in names}
    is_due = memory.calibrated_day is None or today.day - memory.calibrated_day >= CALIBRATION_DAYS
    is_new = any(baselines[name] is not None and known[name].limit is None for name in names)
    if today.is_open and (is_due or is_new):
        known = _calibrated(known, series, today.day, rules)
        memory = replace(memory, calibrated_day=today.day)
    muted = today.day < memory.muted_until
    stepped = {name: _step(known[name], series[name], baselines[name], today, muted=muted) for name in names}
    readings = tuple(
        read(name, stepped[name][0], stepped[name][1], series[name], baselines[name], today) for name in names
    )
    was_watched = not muted and any(reading.score is not None and reading.limit for reading in readings)
    return replace(
        memory,
        first_day=today.day if memory.first_day is None else memory.first_day,
        last_day=today.day,
        watched_days=memory.watched_days + was_watched,
        channels={name: channel for name, (channel, _) in stepped.items()},
        readings=readings,
    ), readings


def _calibrated(
    known: dict[str, ChannelMemory], series: dict[str, Series], today: int, rules: WatchRules
) -> dict[str, ChannelMemory]:
    """Draw limits; channels with the same reference days share a resampling."""
    run_length = rules.budget.run_length(channels=len(known))
    together: dict[tuple[bytes, int], list[str]] = {}
    for name, channel in known.items():
        mask = series[name].reference(channel, today)
        if mask.sum() >= MIN_DAYS:
            together.setdefault((mask.tobytes(), series[name].groups.shape[2]), []).append(name)
    limits: dict[str, float | None] = dict.fromkeys(known)
    for names in together.values():
        one = series[names[0]]
        mask = one.reference(known[names[0]], today)
        drawn = bootstrap_limits(one.groups[mask], one.days[mask] % 7, run_length, rules.seed + today)
        limits |= {name: float(drawn[series[name].column]) for name in names}
    return {name: replace(channel, limit=limits[name]) for name, channel in known.items()}


def _step(
    channel: ChannelMemory, series: Series, baseline: Baseline | None, today: DayFlow, *, muted: bool
) -> tuple[ChannelMemory, float | None]:
    """Advance one channel; returns its score too."""
    if baseline is None:
        return learning_anew(channel.since_day), None
    off = float(baseline.residual(series.values[-1:], today.day % 7)[0])
    if not today.is_open or not np.isfinite(off):
        return channel, None
    ewma = (1 - SMOOTHING) * channel.ewma + SMOOTHING * off
    score = float(baseline.score(np.array([ewma]))[0])
    moved = replace(channel, ewma=ewma)
    if not np.isfinite(score) or not channel.limit:
        return moved, None  # a channel on which nothing ever happens has a limit of 0
    if muted:
        return replace(moved, alarm=AlarmState(DriftState.OK), over_since=None), score
    return _advanced(moved, abs(score) / channel.limit, today.day), score


def _advanced(channel: ChannelMemory, ratio: float, day: int) -> ChannelMemory:
    alarm = advance(channel.alarm, ratio)
    if alarm.state in {DriftState.OK, DriftState.LEARNING}:
        return replace(channel, alarm=alarm, over_since=None, alarmed_days=_recent(channel, day))
    since = day if channel.over_since is None else channel.over_since
    if day - since >= ACCEPTED_AFTER_DAYS:
        return learning_anew(since)
    return replace(channel, alarm=alarm, over_since=since, alarmed_days=(*_recent(channel, day), day))


def _recent(channel: ChannelMemory, day: int) -> tuple[int, ...]:
    return tuple(alarmed for alarmed in channel.alarmed_days if alarmed >= oldest_needed(day))
