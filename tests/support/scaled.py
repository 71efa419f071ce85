"""A table of customers in the units of a transform fitted on it."""

from collections.abc import Sequence

from batch.customer_source import InMemory
from batch.load import CustomerTable
from batch.scale import Scaled, scale


def scaled_of(table: CustomerTable, features: Sequence[str], recency_clip_days: int | None = None) -> Scaled:
    """Fit a transform on the table and apply it."""
    transform = InMemory(table).fit_transform(features, recency_clip_days)
    return scale(table.rfm, table.as_of_ms, transform)
