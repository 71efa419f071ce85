"""The days that a channel is judged by: which of them count, and what they are like."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.core.arrays import Bool, Float64, Int64
from shared.core.drift.baseline import (
    GAP_DAYS,
    MIN_DAYS,
    REFERENCE_DAYS,
    Baseline,
    fit_baseline,
    reference_mask,
)
from shared.core.drift.day_flows import SUMS, DayFlow, channel_values
from shared.core.drift.memory import ChannelMemory, channel_names, segment_of
from shared.core.drift.season import with_season

ACCEPTED_AFTER_DAYS = REFERENCE_DAYS
"""A drift that has lasted this long is how things are now: the channel learns anew from its days."""


def oldest_needed(day: int) -> int:
    """Return the first day of history that the watch of `day` may look at."""
    return day - ACCEPTED_AFTER_DAYS - GAP_DAYS - REFERENCE_DAYS


@dataclass(frozen=True, eq=False)
class Series:
    """One channel's days (t,) in order, today last. column : among the sums' channels."""

    days: Int64
    is_open: Bool
    values: Float64
    clustered: Float64
    groups: Int64
    column: int

    def reference(self, channel: ChannelMemory, today: int) -> Bool:
        """Which days `today` is compared with; while the channel is over its limit, they stay the same."""
        anchor = today if channel.over_since is None else channel.over_since
        is_quiet = ~np.isin(self.days, channel.alarmed_days) & (self.days >= channel.since_day)
        return reference_mask(self.days, self.is_open & is_quiet & np.isfinite(self.values), anchor)


def line_up(history: Sequence[DayFlow], today: DayFlow) -> dict[str, Series]:
    """Line up each channel; a segment has no values from days on which it did not exist."""
    flows, names = [*history, today], channel_names(today.segment_ids)
    groups = np.stack([_aligned(flow, today.segment_ids) for flow in flows])
    values = channel_values(groups.sum(axis=1))
    days = np.array([flow.day for flow in flows])
    is_open = np.array([flow.is_open for flow in flows])
    clustered = np.array([float(flow.total("clustered")) for flow in flows])
    found = {}
    for column, name in enumerate(names):
        segment_id = segment_of(name)
        exists = np.array([segment_id is None or segment_id in flow.segment_ids for flow in flows])
        found[name] = Series(days, is_open & exists, values[:, column], clustered, groups, column)
    return found


def _aligned(flow: DayFlow, segment_ids: tuple[int, ...]) -> Int64:
    """Put the columns of a flow in the order of `segment_ids`, 0 for one it does not know."""
    if flow.segment_ids == segment_ids:
        return flow.groups
    places = {segment_id: len(SUMS) + at for at, segment_id in enumerate(flow.segment_ids)}
    nobody = np.zeros(len(flow.groups), np.int64)
    columns = [flow.groups[:, places[i]] if i in places else nobody for i in segment_ids]
    return np.column_stack([flow.groups[:, : len(SUMS)], *columns])


def baseline_of(series: Series, channel: ChannelMemory, today: int) -> Baseline | None:
    """Learn what is usual for a channel; None while it has too few days."""
    mask = series.reference(channel, today)
    if mask.sum() < MIN_DAYS:
        return None
    baseline = fit_baseline(series.values[mask][:, np.newaxis], series.days[mask] % 7)
    usable = series.is_open & np.isfinite(series.values)
    return with_season(baseline, series.values[usable], series.days[usable], today)
