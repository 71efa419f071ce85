"""Which customers were seen on which local day: what the tick is decided by."""

from datetime import timedelta

import numpy as np

from shared.core.arrays import Int32, Int64
from shared.core.customers.local_days import EPOCH


def active_days(days: Int32, customers: Int64, min_customers: int) -> dict[str, list[int]]:
    """Return local day -> the smallest `min_customers` distinct customer hashes seen on it.

    days : of each line, since 1970-01-01. customers : hash of who bought it.
    """
    if not days.size:
        return {}
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
