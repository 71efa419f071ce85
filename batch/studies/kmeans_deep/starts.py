"""Where K-means begins: random customers, k-means++, and its greedy form, over many seeds."""

from dataclasses import dataclass

import numpy as np
from sklearn.cluster import kmeans_plusplus

from shared.core.arrays import Float64, Int64, ReadOnlyArrays
from shared.core.kmeans.lloyd import fit_kmeans
from shared.core.kmeans.seeding import seed_centers

METHODS = ("random customers", "k-means++", "greedy k-means++")
NEAR = 1.01
"""A start counts as good if its inertia is within 1% of the best one found by any."""


@dataclass(frozen=True, eq=False)
class Starts(ReadOnlyArrays):
    """One method over seeds. ratios : (seeds,) inertia by the best of all methods. passes : (seeds,)."""

    method: str
    ratios: Float64
    passes: Int64

    @property
    def good_share(self) -> float:
        """Share of starts within 1% of the best."""
        return float((self.ratios <= NEAR).mean())


def compare_starts(X: Float64, k: int, *, n_seeds: int = 40, seed: int = 0) -> tuple[Starts, ...]:
    """Fit once from each method and seed; X is (n, d)."""
    results = {method: [_fit(X, k, method, seed + at) for at in range(n_seeds)] for method in METHODS}
    best = min(inertia for fits in results.values() for inertia, _ in fits)
    return tuple(
        Starts(method, np.array([f[0] for f in fits]) / best, np.array([f[1] for f in fits]))
        for method, fits in results.items()
    )


def _fit(X: Float64, k: int, method: str, seed: int) -> tuple[float, int]:
    rng = np.random.default_rng(seed)
    if method == METHODS[0]:
        centers = X[rng.choice(len(X), k, replace=False)]
    elif method == METHODS[1]:
        centers, _ = kmeans_plusplus(X, k, random_state=seed, n_local_trials=1)
    else:
        centers = seed_centers(X, k, rng=rng)
    fit = fit_kmeans(X, k, init=centers)
    return fit.inertia, fit.n_iter
