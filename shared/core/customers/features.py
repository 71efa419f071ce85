"""The ordered registry of features: from a customer's RFM state to a row of numbers.

Knows business units only; scaling is `shared.core.model.transform`'s business.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType

import numpy as np

from shared.core.arrays import Bool, Float64, Int64

MS_PER_DAY = 86_400_000
MINOR_PER_UNIT = 10_000


@dataclass(frozen=True)
class RfmColumns:
    """RFM state of n customers that have a purchase.

    frequency : distinct purchase invoices, (n,) int64.
    monetary_minor : net spend in 1/10,000 currency units, (n,) int64.
    first_purchase_ms, last_purchase_ms : epoch milliseconds UTC, (n,) int64.
    """

    frequency: Int64
    monetary_minor: Int64
    first_purchase_ms: Int64
    last_purchase_ms: Int64

    def take(self, index: Int64 | Bool) -> "RfmColumns":
        """Return the customers at `index`, a mask or positions, in that order."""
        return RfmColumns(*(getattr(self, field.name)[index] for field in fields(self)))


def recency_days(last_purchase_ms: Int64, as_of_ms: int) -> Float64:
    """Days from the last purchase to `as_of_ms`; a purchase after it counts as today."""
    return np.maximum(as_of_ms - last_purchase_ms, 0) / MS_PER_DAY


def _recency(rfm: RfmColumns, as_of_ms: int) -> Float64:
    return recency_days(rfm.last_purchase_ms, as_of_ms)


def _frequency(rfm: RfmColumns, _as_of_ms: int) -> Float64:
    return rfm.frequency.astype(np.float64)


def _monetary(rfm: RfmColumns, _as_of_ms: int) -> Float64:
    return rfm.monetary_minor / MINOR_PER_UNIT


def _average_order_value(rfm: RfmColumns, _as_of_ms: int) -> Float64:
    return rfm.monetary_minor / MINOR_PER_UNIT / np.maximum(rfm.frequency, 1)


def _tenure(rfm: RfmColumns, as_of_ms: int) -> Float64:
    return np.maximum(as_of_ms - rfm.first_purchase_ms, 0) / MS_PER_DAY


def _purchase_interval(rfm: RfmColumns, _as_of_ms: int) -> Float64:
    span = (rfm.last_purchase_ms - rfm.first_purchase_ms) / MS_PER_DAY
    return span / np.maximum(rfm.frequency - 1, 1)


FEATURES: MappingProxyType[str, Callable[[RfmColumns, int], Float64]] = MappingProxyType(
    {
        "recency_days": _recency,
        "frequency": _frequency,
        "monetary": _monetary,
        "average_order_value": _average_order_value,
        "tenure_days": _tenure,
        "purchase_interval_days": _purchase_interval,
    }
)


def feature_matrix(names: Sequence[str], rfm: RfmColumns, as_of_ms: int) -> Float64:
    """Raw features in business units, shape (n, len(names)), in the order of `names`.

    Raises
    ------
    KeyError : a name is not in `FEATURES`.
    """
    columns = [FEATURES[name](rfm, as_of_ms) for name in names]
    return np.column_stack(columns) if columns else np.empty((rfm.frequency.size, 0))
