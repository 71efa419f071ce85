"""Which customers were seen on which local day: what the tick is decided by."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from shared.core.tick import merge_sightings
from streaming.report import to_names

_QUARTER_MS = 900_000
"""Every zone's midnight falls on a quarter of an hour, so a quarter belongs to one local day."""


def sightings(
    event_ms: NDArray[np.int64], customers: NDArray[np.int64], zone: str, min_customers: int
) -> dict[str, list[int]]:
    """Return local day -> the smallest `min_customers` distinct customer hashes seen on it."""
    if not event_ms.size:
        return {}
    quarters, inverse = np.unique(event_ms // _QUARTER_MS, return_inverse=True)
    local = ZoneInfo(zone)
    days: dict[date, frozenset[int]] = {}
    order = np.argsort(inverse, kind="stable")
    for quarter, rows in zip(
        quarters, np.split(customers[order], np.cumsum(np.bincount(inverse))[:-1]), strict=True
    ):
        day = datetime.fromtimestamp(int(quarter) * _QUARTER_MS / 1000, UTC).astimezone(local).date()
        seen = frozenset(np.unique(rows)[:min_customers].tolist())
        days = merge_sightings(days, {day: seen}, min_customers)
    return to_names(days)
