"""What a channel says at a tick, in the units of the shop."""

import numpy as np

from shared.core.drift.baseline import Baseline
from shared.core.drift.day_flows import BUSINESS, DayFlow
from shared.core.drift.memory import ChannelMemory, ChannelReading, segment_of
from shared.core.drift.series import Series


def read(
    name: str,
    channel: ChannelMemory,
    score: float | None,
    series: Series,
    baseline: Baseline | None,
    today: DayFlow,
) -> ChannelReading:
    """Put the day's value beside what was expected, and add up what has moved since it went over."""
    segment_id = segment_of(name)
    observed = _in_units(series.values[-1], name, series.clustered[-1]) if today.is_open else None
    if baseline is None or score is None:
        return ChannelReading(
            name, segment_id, observed, None, None, channel.limit or None, channel.alarm.state
        )
    expected = series.values[-1] - baseline.residual(series.values[-1:], today.day % 7)[0]
    since = channel.over_since if channel.over_since is not None else today.day
    window = series.is_open & np.isfinite(series.values) & (series.days >= since - 2)
    off = series.values[window] - baseline.mean[0] - baseline.phases[series.days[window] % 7, 0]
    customers = float(np.nansum(off * series.clustered[window]))
    moved = customers if segment_id is not None else float(np.expm1(np.nanmean(off)))
    return ChannelReading(
        name,
        segment_id,
        observed,
        _in_units(expected, name, series.clustered[-1]),
        score,
        channel.limit,
        channel.alarm.state,
        moved,
        int(window.sum()),
    )


def _in_units(value: float, name: str, clustered: float) -> float | None:
    """Return money for the basket, people for the rest; None where there is no value."""
    if not np.isfinite(value):
        return None
    if name == "basket":
        return float(np.exp(value))
    return float(np.expm1(value)) if name in BUSINESS else float(value * clustered)
