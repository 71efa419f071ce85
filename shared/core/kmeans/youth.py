"""The first rows of a stream, kept whole, so that K-means can be seeded anew while it is young.

They are a uniform sample of a shuffled stream, and the only one out of which every row can still be
taken exactly: of a weighted coreset, a row that another one stands for could not be.
"""

from dataclasses import dataclass, replace

import numpy as np

from shared.core.arrays import Float64, Int32, Int64
from shared.core.kmeans.lloyd import KMeansFit, fit_kmeans
from shared.core.row_ledger import Keys, occurrences

Labels = Int32

# Rows after which a model is grown up. Inertia by a full fit's, worst of 20 streams of 8 groups, one of
# 0.5 %, 6 deviations apart: 1.052 after 1,024 rows, 1.035 after 4,096, 1.000 after 8,192; further apart
# all are 1.000.
YOUNG_ROWS = 8192
# Seeded anew whenever it has grown by half: all seedings together then cost three times the last.
GROWTH = 1.5


@dataclass(frozen=True, eq=False)
class WeightedRows:
    """Rows X (n, d) with their weights (n,) and times (n,)."""

    X: Float64
    weights: Float64
    times: Float64

    def joined(self, other: "WeightedRows") -> "WeightedRows":
        """Return the rows of both."""
        return WeightedRows(
            np.concatenate([self.X, other.X]),
            np.concatenate([self.weights, other.weights]),
            np.concatenate([self.times, other.times]),
        )

    def without(self, places: Int64) -> "WeightedRows":
        """Return the other rows."""
        return WeightedRows(
            np.delete(self.X, places, axis=0), np.delete(self.weights, places), np.delete(self.times, places)
        )


@dataclass(frozen=True, eq=False)
class Tickets:
    """What early rows were told, and what became of it.

    Parameters
    ----------
    keys : (n,) of the rows under the labels that `learn` returned.
    counted : (n,) labels under which their sums hold them now.
    """

    keys: Keys
    counted: Labels

    @classmethod
    def none(cls) -> "Tickets":
        """Return the tickets of nobody."""
        return cls(np.empty(0, np.uint64), np.empty(0, np.int32))

    def find(self, keys: Keys) -> Int64:
        """Return the place of each key (m,), the newest first and none twice; -1 where there is none."""
        order = np.argsort(self.keys, kind="stable")
        ranked = self.keys[order]
        first, end = (np.searchsorted(ranked, keys, side) for side in ("left", "right"))
        found = end - 1 - occurrences(keys)
        places = np.full(len(keys), -1)
        places[found >= first] = order[found[found >= first]]
        return places

    def without(self, places: Int64) -> "Tickets":
        """Return the others."""
        return Tickets(np.delete(self.keys, places), np.delete(self.counted, places))


@dataclass(frozen=True)
class Seeding:
    """How centers are found: see `fit_kmeans`. seed : the same at each seeding."""

    n_starts: int
    max_passes: int
    seed: int

    def fit(self, X: Float64, weights: Float64, k: int, before: Float64 | None) -> KMeansFit:
        """Fit k centers from scratch, or from those of `before` where that ends no worse: labels last."""
        # Ones are the same as none, but take twice the time.
        scales = None if (weights == 1).all() else weights
        fresh = fit_kmeans(
            X, k, n_starts=self.n_starts, rng=self.seed, weights=scales, max_passes=self.max_passes
        )
        if before is None:
            return fresh
        kept = fit_kmeans(X, k, init=before, weights=scales, max_passes=self.max_passes)
        # They tie but for rounding where they meet at one optimum.
        return fresh if fresh.inertia < kept.inertia * (1 - 1e-12) else kept


@dataclass(frozen=True, eq=False)
class Youth:
    """The rows learnt so far and not forgotten.

    Parameters
    ----------
    n_learnt : rows ever learnt. n_seeded : how many that were at the last seeding.
    """

    rows: WeightedRows
    seeding: Seeding
    n_learnt: int = 0
    n_seeded: int = 0

    @classmethod
    def begun(cls, d: int, seeding: Seeding) -> "Youth":
        """Return the youth of a model that knows nobody."""
        return cls(WeightedRows(np.empty((0, d)), np.empty(0), np.empty(0)), seeding)

    @property
    def is_over(self) -> bool:
        """Whether enough rows were learnt to settle."""
        return self.n_learnt >= YOUNG_ROWS

    @property
    def is_seeding_due(self) -> bool:
        """Whether enough rows came since the last seeding."""
        return self.is_over or self.n_learnt >= GROWTH * self.n_seeded

    def grown(self, batch: WeightedRows) -> "Youth":
        """Return the youth with a batch more."""
        return replace(self, rows=self.rows.joined(batch), n_learnt=self.n_learnt + len(batch.X))

    def without(self, places: Int64) -> "Youth":
        """Return the youth without rows that were forgotten."""
        return replace(self, rows=self.rows.without(places))
