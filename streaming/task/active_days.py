"""Which customers were seen on which local day: what the tick is decided by."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np

from shared.core.arrays import Int64
from shared.core.customers.local_days import EPOCH, local_days


def active_days(event_ms: Int64, customers: Int64, zone: str, min_customers: int) -> dict[str, list[int]]:
    """Return local day -> the smallest `min_customers` distinct customer hashes seen on it."""
    if not event_ms.size:
        return {}
    days = local_days(event_ms, ZoneInfo(zone))
    order = np.lexsort((customers, days))
    days, customers = days[order], customers[order]
    is_new = np.ones(days.size, np.bool_)
    is_new[1:] = (days[1:] != days[:-1]) | (customers[1:] != customers[:-1])
    days, customers = days[is_new], customers[is_new]
    starts = np.flatnonzero(np.diff(days, prepend=days[0] - 1))
    return {
        (EPOCH + timedelta(days=int(days[start]))).isoformat(): part[:min_customers].tolist()
        for start, part in zip(starts, np.split(customers, starts[1:]), strict=True)
    }
