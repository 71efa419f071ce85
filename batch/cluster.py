"""Step 5: the centers, for the k that was chosen."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.core.kmeans import assign
from shared.core.lloyd import KMeansFit, fit_kmeans

COLD_LEAD = 0.01
"""Inertia by which a cold start must beat the fit that begins at the champion's centers. Optima that are
equally good differ in where they draw the lines, and every line that moves renames customers."""


@dataclass(frozen=True, eq=False)
class Clustering:
    """Centers (k, d), and of each customer the nearest one and the distance to it, (n,).

    Labels run from the highest mean spend to the lowest, whichever start found them.
    """

    centers: NDArray[np.float64]
    labels: NDArray[np.int32]
    distances: NDArray[np.float64]

    def __post_init__(self) -> None:
        for array in (self.centers, self.labels, self.distances):
            array.setflags(write=False)

    @property
    def counts(self) -> NDArray[np.int64]:
        """Customers of each label, (k,)."""
        return np.bincount(self.labels, minlength=len(self.centers))


def cluster(
    X: NDArray[np.float64],
    k: int,
    spend: NDArray[np.float64],
    *,
    seed: int,
    n_starts: int,
    champion_centers: NDArray[np.float64] | None = None,
) -> Clustering:
    """Fit k centers from cold starts and, where it has k segments too, from the champion's.

    Parameters
    ----------
    X : (n, d) scaled features. spend : (n,) net spend, for the order of the labels.
    champion_centers : in the units of X.
    """
    fit = fit_kmeans(X, k, n_starts=n_starts, rng=seed)
    if champion_centers is not None and len(champion_centers) == k:
        fit = _better(fit, fit_kmeans(X, k, init=champion_centers))
    by_spend = _order(fit.labels, spend, k)
    found = assign(X, fit.centers[by_spend])
    return Clustering(fit.centers[by_spend], found.labels, found.distances)


def _better(cold: KMeansFit, warm: KMeansFit) -> KMeansFit:
    return cold if cold.inertia < warm.inertia * (1 - COLD_LEAD) else warm


def _order(labels: NDArray[np.int32], spend: NDArray[np.float64], k: int) -> NDArray[np.int64]:
    means = np.bincount(labels, spend, k) / np.maximum(np.bincount(labels, minlength=k), 1)
    return np.argsort(-means, kind="stable")
