"""The frozen marks of a champion that customers are counted against: bins of features and of distances.

Bins that were derived from the data they are to judge would follow a change and hide it (everybody
spends double: PSI .04-.08 on bins made anew, .27 on frozen ones), so they are cut once, on the fit set.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from shared.core.arrays import Float64, Int64
from shared.core.model.artifact import ModelArtifact

QUANTILES: Final = (0.005, *(step / 20 for step in range(1, 20)), 0.995)
"""Where the fit set is cut, feature by feature. Equal edges are fine: the bin between them stays empty."""

N_BINS: Final = len(QUANTILES) + 1

STEPS_TO_P95: Final = 20
"""Bins of distance up to the fit set's 95th percentile: a quantile is read to about a hundredth of it."""

N_DISTANCE_BINS: Final = 3 * STEPS_TO_P95 + 1
"""The last holds everything beyond three times that percentile."""


@dataclass(frozen=True, eq=False)
class ReferenceBins:
    """Marks of a model with k segments and d features.

    distance_p995 : (k,) scaled units. distance_p95 : over everybody, scaled units.
    bin_edges : (d, `N_BINS` - 1) int64 fixed point, ascending.
    """

    distance_p995: Float64
    distance_p95: float
    bin_edges: Int64

    @classmethod
    def of(cls, champion: ModelArtifact | None) -> "ReferenceBins":
        """Return the marks of a champion; without one there are none."""
        if champion is None:
            return cls(np.zeros(0), 0.0, np.zeros((0, N_BINS - 1), np.int64))
        return cls(champion.distance_p995, champion.distance_p95, champion.bin_edges)

    def feature_bins(self, vectors: Int64) -> Int64:
        """Count the rows of vectors (n, d), fixed point, in each bin; (d, `N_BINS`)."""
        return count_in_bins(vectors, self.bin_edges)

    def distance_bins(self, distances: Float64) -> Int64:
        """Count distances (n,) in equal steps of the 95th percentile; (`N_DISTANCE_BINS`,)."""
        if not self.distance_p95 > 0:
            return np.zeros(N_DISTANCE_BINS, np.int64)
        steps = np.minimum(distances / self.distance_p95 * STEPS_TO_P95, N_DISTANCE_BINS - 1)
        return np.bincount(steps.astype(np.int64), minlength=N_DISTANCE_BINS)


def cut_bins(vectors: Int64) -> Int64:
    """Return the edges (d, `N_BINS` - 1) of bins cut at `QUANTILES` of vectors (n, d), n >= 1."""
    ranks = np.ceil(np.array(QUANTILES) * (len(vectors) - 1)).astype(np.int64)
    edges: Int64 = np.sort(vectors, axis=0)[ranks].T
    return edges


def count_in_bins(vectors: Int64, edges: Int64) -> Int64:
    """Count the rows of vectors (n, d) between edges (d, b); (d, b + 1). A value on an edge lies above it."""
    d, b = edges.shape
    counts = np.zeros((d, b + 1), np.int64)
    for feature in range(d):
        bins = np.searchsorted(edges[feature], vectors[:, feature], side="right")
        counts[feature] = np.bincount(bins, minlength=b + 1)
    return counts
