"""Small synthetic shops: three kinds of customer, well apart."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from batch.load import CustomerTable
from shared.core.canonical import to_milliseconds
from shared.core.customers.features import MS_PER_DAY, RfmColumns

AS_OF = datetime(2011, 6, 1, tzinfo=UTC)
KINDS = {"vip": (5, 40, 9_000.0), "new": (10, 1, 60.0), "lapsed": (250, 3, 200.0)}
"""Typical recency in days, frequency and spend."""

MakeTable = Callable[..., CustomerTable]


@pytest.fixture(scope="session")
def make_table() -> MakeTable:
    """Give a function that draws customers of the named kinds, `n` each."""

    def make(
        kinds: tuple[str, ...] = ("vip", "new", "lapsed"), *, n: int = 120, seed: int = 3, days: int = 300
    ) -> CustomerTable:
        rng = np.random.default_rng(seed)
        typical = np.repeat(np.array([KINDS[kind] for kind in kinds]), n, axis=0)
        recency, frequency, spend = (typical * rng.lognormal(0.0, 0.25, typical.shape)).T
        last = to_milliseconds(AS_OF) - (recency * MS_PER_DAY).astype(np.int64)
        rfm = RfmColumns(
            frequency=np.maximum(frequency.astype(np.int64), 1),
            monetary_minor=(spend * 10_000).astype(np.int64),
            first_purchase_ms=last - 30 * MS_PER_DAY,
            last_purchase_ms=last,
        )
        return CustomerTable(rfm, AS_OF, AS_OF - timedelta(days=days), AS_OF)

    return make
