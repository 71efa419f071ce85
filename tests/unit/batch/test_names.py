"""The rule of names as a re-clustering calls it: with what the customer table has."""

from datetime import UTC, datetime

import numpy as np
import pytest

from batch.cluster import Clustering
from batch.load import CustomerTable
from batch.name import name
from shared.core.canonical import to_milliseconds
from shared.core.customers.features import MINOR_PER_UNIT, MS_PER_DAY, RfmColumns
from shared.core.segments.naming_tables import Name

AS_OF = datetime(2011, 6, 1, tzinfo=UTC)
KINDS = {
    Name.VIP: (3, 30, 9_000, 10),
    Name.NEW: (5, 1, 50, 0),
    Name.POTENTIAL: (10, 3, 300, 30),
    Name.LOYAL: (20, 12, 2_000, 20),
    Name.NEEDS_ATTENTION: (60, 1, 100, 0),
    Name.OCCASIONAL: (120, 2, 150, 110),
    Name.AT_RISK: (150, 15, 3_000, 10),
    Name.CHURNED: (300, 1, 60, 0),
}
"""Days since the last purchase, orders, net spend, days between two orders."""
EACH = 100


def shop(kinds: list[tuple[int, int, int, int]], seed: int) -> tuple[Clustering, CustomerTable]:
    """One shop with so many customers of each kind, which are its segments."""
    rng = np.random.default_rng(seed)
    recency, orders, spend, interval = np.repeat(kinds, EACH, axis=0).T * rng.lognormal(
        0, 0.05, (4, EACH * len(kinds))
    )
    frequency = np.rint(orders).astype(np.int64)
    last = to_milliseconds(AS_OF) - (recency * MS_PER_DAY).astype(np.int64)
    first = last - (interval * MS_PER_DAY).astype(np.int64) * (frequency - 1)
    rfm = RfmColumns(frequency, (spend * MINOR_PER_UNIT).astype(np.int64), first, last)
    labels = np.repeat(np.arange(len(kinds), dtype=np.int32), EACH)
    found = Clustering(np.zeros((len(kinds), 3)), labels, np.zeros(labels.size))
    return found, CustomerTable(rfm, AS_OF, AS_OF, AS_OF)


@pytest.mark.parametrize("seed", range(3))
def test_every_name_but_one_is_that_of_some_segment_of_one_shop(seed: int) -> None:
    clustering, table = shop(list(KINDS.values()), seed)
    segments = name(clustering, tuple(range(1, len(KINDS) + 1)), table)

    assert [segment.base for segment in segments] == [str(kind) for kind in KINDS]
    assert set(KINDS) == set(Name) - {Name.ALIKE}


def test_segments_of_customers_who_do_not_differ_have_the_name_that_is_left() -> None:
    clustering, table = shop([KINDS[Name.POTENTIAL]] * 3, seed=1)

    assert {segment.base for segment in name(clustering, (1, 2, 3), table)} == {"Alike"}


def test_customers_with_one_order_say_nothing_of_a_rhythm() -> None:
    """Half a segment bought once; the others' interval is the segment's, not half of it."""
    clustering, table = shop([(120, 1, 150, 0), (120, 6, 150, 110), *KINDS.values()], seed=2)
    labels = np.maximum(clustering.labels, 1) - 1
    mixed = Clustering(clustering.centers[1:], labels, clustering.distances)

    assert name(mixed, tuple(range(1, 10)), table)[0].base == "Occasional"
