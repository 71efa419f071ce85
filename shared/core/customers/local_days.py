"""On which local day a moment falls."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np

from shared.core.arrays import Int32, Int64

EPOCH = date(1970, 1, 1)
"""Day 0."""

_QUARTER_MS = 900_000
"""Every zone's midnight falls on a quarter of an hour, so a quarter belongs to one local day."""


def day_ended_by(as_of_ms: int, zone: ZoneInfo) -> int:
    """Return the local day that a tick ends, in days since 1970-01-01."""
    return int(local_days(np.array([as_of_ms - 1]), zone)[0])


def local_days(event_ms: Int64, zone: ZoneInfo) -> Int32:
    """Return the days since 1970-01-01 on which moments, in epoch milliseconds, fall in `zone`; (n,)."""
    quarters, quarter_of = np.unique(event_ms // _QUARTER_MS, return_inverse=True)
    moments = (datetime.fromtimestamp(int(quarter) * _QUARTER_MS / 1000, UTC) for quarter in quarters)
    days = [moment.astimezone(zone).toordinal() - EPOCH.toordinal() for moment in moments]
    return np.array(days, np.int32)[quarter_of]
