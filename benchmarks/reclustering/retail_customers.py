"""Online Retail's customers as the batch job loads them, recounted without the stream."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from batch.load import CustomerTable
from benchmarks.models.purchase_histories import DayTable, midnights, online_retail
from shared.core.customers.features import MS_PER_DAY

LAST_DAY = 374
"""Days of the whole file: 1 December 2010 to 9 December 2011."""


def tables(days: Sequence[int]) -> list[CustomerTable]:
    """Return the table when so many days, ascending, have gone by; without trade on one, the day before's."""
    found, wanted = list(midnights(online_retail())), list(days)
    return [_table(next(m for m in reversed(found) if m.day < day)) for day in wanted]


def _table(midnight: DayTable) -> CustomerTable:
    as_of = datetime.fromtimestamp(midnight.as_of_ms / 1_000, UTC)
    oldest = int(midnight.rfm.first_purchase_ms.min())
    first = as_of - timedelta(days=(midnight.as_of_ms - oldest) / MS_PER_DAY)
    return CustomerTable(midnight.rfm, as_of, first, as_of)
