"""Step 7: everybody's segment, from the centers that were chosen."""

from dataclasses import dataclass

import numpy as np

from shared.core.arrays import Float64, Int32, Int64, ReadOnlyArrays
from shared.core.kmeans.assignment import assign


@dataclass(frozen=True, eq=False)
class Clustering(ReadOnlyArrays):
    """Centers (k, d), and of each customer the nearest one and the distance to it, (n,).

    Labels run from the highest mean spend to the lowest, whichever start found them.
    """

    centers: Float64
    labels: Int32
    distances: Float64

    @property
    def counts(self) -> Int64:
        """Customers of each label, (k,)."""
        return np.bincount(self.labels, minlength=len(self.centers))


def cluster(X: Float64, centers: Float64, spend: Float64) -> Clustering:
    """Give every customer, X (n, d), the nearest center, and order the labels by mean spend (n,)."""
    by_spend = _order(assign(X, centers).labels, spend, len(centers))
    found = assign(X, centers[by_spend])
    return Clustering(centers[by_spend], found.labels, found.distances)


def _order(labels: Int32, spend: Float64, k: int) -> Int64:
    means = np.bincount(labels, spend, k) / np.maximum(np.bincount(labels, minlength=k), 1)
    return np.argsort(-means, kind="stable")
