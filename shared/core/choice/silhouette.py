"""Silhouette: how much nearer customers are to their own segment than to the next one.

Three versions of one idea. The full one compares every pair of customers and costs n^2; the
sampled one is the full one of a sample; the simplified one compares with centers and costs
n k. All are -1 to 1, and NaN where fewer than two clusters have members.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial.distance import cdist

from shared.core.arrays import Float64

CHUNK_CELLS = 4_000_000
"""Distances held at once, 32 MB of float64: the full silhouette of any n fits into memory."""


def silhouette(X: ArrayLike, labels: ArrayLike) -> float:
    """Mean silhouette of all rows; NaN unless two labels have members.

    Parameters
    ----------
    X : (n, d) scaled features.
    labels : (n,) any integers.

    References
    ----------
    Rousseeuw (1987), Silhouettes. Equal to `sklearn.metrics.silhouette_score`.
    """
    rows, own = np.asarray(X, dtype=np.float64), np.asarray(labels)
    step = max(1, CHUNK_CELLS // max(1, len(rows)))
    parts = [
        silhouette_values(cdist(rows[at : at + step], rows), own[at : at + step], own)
        for at in range(0, len(rows), step)
    ]
    return float(np.mean(np.concatenate(parts))) if parts else float("nan")


def silhouette_values(distances: ArrayLike, labels: ArrayLike, all_labels: ArrayLike) -> Float64:
    """Silhouette of some rows against all rows, shape (m,).

    Parameters
    ----------
    distances : (m, n) from the rows asked about to all rows; each to itself 0.
    labels, all_labels : (m,) and (n,) labels of the two.
    """
    columns, members = np.unique(np.asarray(all_labels), return_inverse=True)
    own = np.searchsorted(columns, np.asarray(labels))
    if columns.size < 2:
        return np.full(own.shape, np.nan)
    counts = np.bincount(members).astype(np.float64)
    totals = np.asarray(distances, dtype=np.float64) @ np.eye(columns.size)[members]
    at_home = (np.arange(own.size), own)
    within = totals[at_home] / np.maximum(counts[own] - 1, 1)
    between = totals / counts
    between[at_home] = np.inf
    return np.where(counts[own] > 1, _contrast(within, between.min(axis=1)), 0.0)


def simplified_silhouette(own_distances: ArrayLike, next_distances: ArrayLike) -> float:
    """Mean of (next - own) / next over the distances to the own and the next nearest center.

    Parameters
    ----------
    own_distances, next_distances : (n,); the next is infinite where there is only one center.

    References
    ----------
    Hruschka, de Castro, Campello (2004); Vendramin, Campello, Hruschka (2010).
    """
    own, following = np.asarray(own_distances, np.float64), np.asarray(next_distances, np.float64)
    if own.size == 0 or not np.isfinite(following).all():
        return float("nan")
    return float(np.mean(_contrast(own, following)))


def _contrast(within: Float64, between: Float64) -> Float64:
    """(b - a) / max(a, b), and 0 where both are 0."""
    larger = np.maximum(within, between)
    return np.divide(between - within, larger, out=np.zeros_like(larger), where=larger > 0)
