"""Which customers were seen on which local day: what the tick is decided by."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np

from shared.core.arrays import Int64

_QUARTER_MS = 900_000
"""Every zone's midnight falls on a quarter of an hour, so a quarter belongs to one local day."""


def active_days(event_ms: Int64, customers: Int64, zone: str, min_customers: int) -> dict[str, list[int]]:
    """Return local day -> the smallest `min_customers` distinct customer hashes seen on it."""
    if not event_ms.size:
        return {}
    quarters, quarter_of = np.unique(event_ms // _QUARTER_MS, return_inverse=True)
    local = ZoneInfo(zone)
    moments = (datetime.fromtimestamp(int(quarter) * _QUARTER_MS / 1000, UTC) for quarter in quarters)
    days = np.array([moment.astimezone(local).toordinal() for moment in moments])[quarter_of]
    order = np.lexsort((customers, days))
    days, customers = days[order], customers[order]
    is_new = np.ones(days.size, np.bool_)
    is_new[1:] = (days[1:] != days[:-1]) | (customers[1:] != customers[:-1])
    days, customers = days[is_new], customers[is_new]
    starts = np.flatnonzero(np.diff(days, prepend=-1))
    return {
        date.fromordinal(int(days[start])).isoformat(): part[:min_customers].tolist()
        for start, part in zip(starts, np.split(customers, starts[1:]), strict=True)
    }
