"""Principal components of the features, and whether clustering on fewer of them helps."""

from dataclasses import dataclass

import numpy as np

from shared.core.arrays import Float64, ReadOnlyArrays
from shared.core.choice.silhouette import silhouette
from shared.core.choice.stability import adjusted_rand
from shared.core.kmeans.lloyd import fit_kmeans

ENOUGH = 0.9
"""Variance that the kept components hold."""


@dataclass(frozen=True, eq=False)
class Components(ReadOnlyArrays):
    """shares : (d,) of the variance, falling. loadings : (d, d), a column for each component.

    scores : (n, d) customers on the components. n_kept : components that hold nine tenths.
    ari : agreement of K-means on those with K-means on all features. silhouettes are measured on all.
    """

    shares: Float64
    loadings: Float64
    scores: Float64
    n_kept: int
    ari: float
    silhouette_all: float
    silhouette_kept: float


def find_components(X: Float64, k: int, *, seed: int = 0) -> Components:
    """Rotate standardised features (n, d) to their principal axes, each axis mostly positive."""
    centered = X - X.mean(axis=0)
    _, spread, axes = np.linalg.svd(centered, full_matrices=False)
    axes *= np.sign(axes.sum(axis=1))[:, None]
    shares = spread**2 / (spread**2).sum()
    n_kept = int(np.searchsorted(np.cumsum(shares), ENOUGH) + 1)
    scores = centered @ axes.T
    everything = fit_kmeans(X, k, rng=seed).labels
    kept = fit_kmeans(scores[:, :n_kept], k, rng=seed).labels
    return Components(
        shares,
        axes.T,
        scores,
        n_kept,
        adjusted_rand(everything, kept),
        silhouette(X, everything),
        silhouette(X, kept),
    )
