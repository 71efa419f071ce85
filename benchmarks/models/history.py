"""What every contender is given: a champion, then the customer table day after day.

Vectors are scaled by the transform that the champion froze, and rounded as the product rounds them,
so that all contenders work on the very same numbers.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from sklearn.cluster import KMeans

from benchmarks.models.purchase_histories import FEATURES, DayTable, Purchases, midnights
from shared.core.arrays import Bool, Float64, Int64
from shared.core.customers.features import feature_matrix
from shared.core.fixed_point import from_fixed, to_fixed
from shared.core.model.transform import fit_transform

N_STARTS = 20


@dataclass(frozen=True, eq=False)
class Day:
    """The table when a day is over.

    customers : (n,) ids. rows : (n, d) scaled. touched : (n,) whether they bought or returned on it.
    truth : (n,) the segment that a script put them into, where there is a script.
    """

    day: int
    customers: Int64
    rows: Float64
    touched: Bool
    truth: Int64 | None = None


@dataclass(frozen=True, eq=False)
class ContestChampion:
    """Where all contenders start: the table of that day and its K-means centers (k, d)."""

    table: Day
    centers: Float64


@dataclass(frozen=True, eq=False)
class ContestHistory:
    """A champion and the days after it."""

    champion: ContestChampion
    days: tuple[Day, ...]


def fitted(rows: Float64, k: int, seed: int) -> KMeans:
    """Cluster `rows` from scratch: scikit-learn, 20 k-means++ starts, until no label moves."""
    model: KMeans = KMeans(k, n_init=N_STARTS, tol=0.0, random_state=seed).fit(rows)
    return model


def days_from(purchases: Purchases, champion_day: int) -> tuple[Day, ...]:
    """Return the tables from the one that `champion_day` days have gone into, scaled by its transform."""
    return tuple(scaled(table for table in midnights(purchases) if table.day >= champion_day - 1))


def history(days: tuple[Day, ...], k: int, seed: int) -> ContestHistory:
    """Fit a champion to the first of the days."""
    return ContestHistory(ContestChampion(days[0], fitted(days[0].rows, k, seed).cluster_centers_), days[1:])


def scaled(tables: Iterable[DayTable]) -> Iterator[Day]:
    """Scale tables by a transform fitted on the first of them."""
    remaining = iter(tables)
    first = next(remaining)
    transform = fit_transform(feature_matrix(FEATURES, first.rfm, first.as_of_ms), FEATURES)
    for table in chain([first], remaining):
        raw = feature_matrix(FEATURES, table.rfm, table.as_of_ms)
        yield Day(table.day, table.customers, from_fixed(to_fixed(transform.apply(raw))), table.touched)


def thinned(past: ContestHistory, share: int) -> ContestHistory:
    """Keep every `share`-th customer: a lighter stream, from the same centers."""
    table = _thinned(past.champion.table, share)
    return ContestHistory(
        ContestChampion(table, past.champion.centers), tuple(_thinned(day, share) for day in past.days)
    )


def _thinned(day: Day, share: int) -> Day:
    kept = day.customers % share == 0
    truth = None if day.truth is None else day.truth[kept]
    return Day(day.day, day.customers[kept], day.rows[kept], day.touched[kept], truth)
