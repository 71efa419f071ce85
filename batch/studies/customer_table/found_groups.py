"""How many groups, and who is in which: by the product's own report of k, its K-means and its map."""

from dataclasses import dataclass

import numpy as np

from batch.studies.customer_table.wishes import SEED, TableWishes
from shared.core.arrays import Float64, Int64, ReadOnlyArrays
from shared.core.choice.k_search import KReport, score_k
from shared.core.choice.stability import has_distinct_rows
from shared.core.kmeans.lloyd import fit_kmeans
from shared.core.som.grid import SomGrid
from shared.core.som.grid_size import grid_size
from shared.core.som.two_level import macro_segments
from shared.errors import InvalidConfig
from shared.estimators.online_som import OnlineSOM

K_MAX = 10
MIN_STARTS, MAX_STARTS = 20, 200
CHOICE_ROWS = 20_000
"""Customers that every k is tried on, and that starts are drawn from: among more than these one start from
the centers of the sample ends where twenty would."""
SIZED_FOR = 400
"""Customers a map is sized for at most, a hundred units: more could not be looked at."""


@dataclass(frozen=True, eq=False)
class GroupMap(ReadOnlyArrays):
    """A trained map. units : (m,) of each customer. unit_groups : (n_units,) from 1."""

    grid: SomGrid
    units: Int64
    unit_groups: Int64
    quantization_error: float
    topographic_error: float


@dataclass(frozen=True, eq=False)
class Groups(ReadOnlyArrays):
    """Who is in which group.

    Parameters
    ----------
    labels : (m,) from 1, the largest group first. centers : (k, d), means of the groups.
    inertia : sum of squared distances to them. report : of every k, on `n_judged` customers.
    """

    labels: Int64
    centers: Float64
    inertia: float
    report: KReport
    n_judged: int
    map: GroupMap | None

    @property
    def k(self) -> int:
        """Number of groups."""
        return len(self.centers)

    @property
    def sizes(self) -> Int64:
        """Customers of each group, (k,)."""
        return np.bincount(self.labels - 1, minlength=self.k)


def group(X: Float64, wishes: TableWishes) -> Groups:
    """Choose k, unless it is told, and give every row (m, d) its group.

    Raises
    ------
    InvalidConfig : fewer different customers than groups.
    """
    sample = X[np.sort(np.random.default_rng(SEED).permutation(len(X))[:CHOICE_ROWS])]
    ks = sorted({k for k in range(2, K_MAX + 1) if has_distinct_rows(sample, k + 1)} | {wishes.k or 2})
    if not has_distinct_rows(sample, ks[-1]):
        few = f"there are fewer than {ks[-1]} different customers to cluster"
        msg = f"{few}; choose a smaller --k, or --use other columns"
        raise InvalidConfig(msg)
    n_starts = starts_for(len(sample))
    starts = {k: fit_kmeans(sample, k, n_starts=n_starts, rng=SEED).centers for k in ks}
    report = score_k(sample, ks, seed=SEED, starts=starts)
    k = wishes.k or report.choice.k
    found = None
    if wishes.method == "som":
        found = _mapped(X, k)
        labels = found.unit_groups[found.units] - 1
    else:
        labels = fit_kmeans(X, k, init=starts[k]).labels.astype(np.int64)
    return _ordered(X, labels, report, len(sample), found)


def starts_for(n: int) -> int:
    """Return the starts of every fit to n rows: small tables have many optima, and are fitted in no time."""
    return int(np.clip(200_000 // n, MIN_STARTS, MAX_STARTS))


def _mapped(X: Float64, k: int) -> GroupMap:
    rows, cols = grid_size(min(len(X), SIZED_FOR), X)
    som = OnlineSOM(rows, cols, random_state=SEED).fit(X)
    hits = np.bincount(som.labels_, minlength=rows * cols)
    joined = macro_segments(som.weights_, hits, k=min(k, int(np.count_nonzero(hits))))
    return GroupMap(
        som.grid_, som.labels_, joined.labels + 1, som.quantization_error_, som.topographic_error_
    )


def _ordered(X: Float64, labels: Int64, report: KReport, n_judged: int, found: GroupMap | None) -> Groups:
    """Give the groups numbers from 1, the largest first."""
    sizes = np.bincount(labels)
    place = np.empty(len(sizes), np.int64)
    place[np.argsort(-sizes, kind="stable")] = np.arange(1, len(sizes) + 1)
    numbers = place[labels]
    sums = np.column_stack([np.bincount(numbers - 1, column) for column in X.T])
    centers = sums / np.bincount(numbers - 1)[:, np.newaxis]
    inertia = float(((X - centers[numbers - 1]) ** 2).sum())
    if found is not None:
        units = place[found.unit_groups - 1]
        found = GroupMap(found.grid, found.units, units, found.quantization_error, found.topographic_error)
    return Groups(numbers, centers, inertia, report, n_judged, found)
