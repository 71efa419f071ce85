"""How good a clustering is, by every measure the source document names, for each k."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.core.arrays import Float64
from shared.core.choice.indices import calinski_harabasz, davies_bouldin, dunn, knee
from shared.core.choice.silhouette import silhouette
from shared.core.kmeans.lloyd import fit_kmeans

KS = tuple(range(2, 10))


@dataclass(frozen=True)
class Quality:
    """One k. Inertia and Davies-Bouldin are better low, the others high."""

    k: int
    inertia: float
    silhouette: float
    davies_bouldin: float
    dunn: float
    calinski_harabasz: float
    smallest_share: float


@dataclass(frozen=True)
class QualityCurve:
    """Qualities by ascending k, and the k that each measure would pick."""

    qualities: tuple[Quality, ...]
    elbow: int | None
    by_silhouette: int
    by_davies_bouldin: int
    by_dunn: int
    by_calinski_harabasz: int


def measure(X: Float64, ks: Sequence[int] = KS, *, seed: int = 0) -> QualityCurve:
    """Cluster X (n, d) for each k, best of five starts, and judge it."""
    found = tuple(_quality(X, k, seed) for k in ks)
    return QualityCurve(
        found,
        knee([q.k for q in found], [q.inertia for q in found]),
        max(found, key=lambda q: q.silhouette).k,
        min(found, key=lambda q: q.davies_bouldin).k,
        max(found, key=lambda q: q.dunn).k,
        max(found, key=lambda q: q.calinski_harabasz).k,
    )


def _quality(X: Float64, k: int, seed: int) -> Quality:
    fit = fit_kmeans(X, k, n_starts=5, rng=seed)
    return Quality(
        k=k,
        inertia=fit.inertia,
        silhouette=silhouette(X, fit.labels),
        davies_bouldin=davies_bouldin(X, fit.labels),
        dunn=dunn(X, fit.labels),
        calinski_harabasz=calinski_harabasz(X, fit.labels),
        smallest_share=float(np.bincount(fit.labels, minlength=k).min() / len(X)),
    )
