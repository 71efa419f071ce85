"""Internal quality of a clustering: Davies-Bouldin, Calinski-Harabasz, Dunn, and the knee.

Each is one number from rows and labels; the first two also follow from sums that merge
across batches. An index that the data do not define is NaN, never an exception.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import KDTree
from scipy.spatial.distance import cdist

from shared.core.arrays import Float64
from shared.core.choice.silhouette import CHUNK_CELLS


def davies_bouldin(X: ArrayLike, labels: ArrayLike) -> float:
    """Mean over clusters of the worst (spread_i + spread_j) / gap_ij; lower is better.

    Spread is the mean distance to the mean, as in `sklearn.metrics.davies_bouldin_score`.

    References
    ----------
    Davies, Bouldin (1979), A cluster separation measure.
    """
    rows, members, means = _grouped(X, labels)
    to_mean = np.linalg.norm(rows - means[members], axis=1)
    spreads = np.bincount(members, to_mean) / np.bincount(members)
    return _davies_bouldin(means, spreads)


def davies_bouldin_of_sums(counts: ArrayLike, sums: ArrayLike, square_sums: ArrayLike) -> float:
    """Davies-Bouldin from additive statistics, with the root mean square distance as spread.

    That is the index's own form with q = 2; mean distances (q = 1) do not follow from sums.

    Parameters
    ----------
    counts, sums, square_sums : (k,) members, (k, d) sums of rows, (k,) sums of squared norms.
    """
    n, means, within = _moments(counts, sums, square_sums)
    return _davies_bouldin(means, np.sqrt(within / n))


def calinski_harabasz(X: ArrayLike, labels: ArrayLike) -> float:
    """Variance between clusters over variance within, each by its degrees of freedom; higher is better.

    Equal to `sklearn.metrics.calinski_harabasz_score`, but NaN where nothing varies within.

    References
    ----------
    Calinski, Harabasz (1974), A dendrite method for cluster analysis.
    """
    rows, members, means = _grouped(X, labels)
    within = float(((rows - means[members]) ** 2).sum())
    return _calinski_harabasz(np.bincount(members).astype(np.float64), means, within)


def calinski_harabasz_of_sums(counts: ArrayLike, sums: ArrayLike, square_sums: ArrayLike) -> float:
    """Calinski-Harabasz from additive statistics, see `davies_bouldin_of_sums`."""
    n, means, within = _moments(counts, sums, square_sums)
    return _calinski_harabasz(n, means, float(within.sum()))


def dunn(X: ArrayLike, labels: ArrayLike) -> float:
    """Smallest distance between clusters over the largest within one; higher is better.

    Costs the sum of the squared cluster sizes. NaN for fewer than two clusters, or if all
    clusters are single points.

    References
    ----------
    Dunn (1974), Well-separated clusters and optimal fuzzy partitions.
    """
    rows, members, means = _grouped(X, labels)
    if len(means) < 2:
        return float("nan")
    groups = [rows[members == j] for j in range(len(means))]
    widest = max(_diameter(group) for group in groups)
    trees = [KDTree(group) for group in groups]
    gap = min(
        float(trees[i].query(groups[j])[0].min())
        for i in range(len(groups))
        for j in range(i + 1, len(groups))
    )
    return gap / widest if widest > 0 else float("nan")


def knee(ks: Sequence[int], inertias: Sequence[float]) -> int | None:
    """Find the k farthest below the straight line from the first inertia to the last; None without one.

    Reported because people ask for it. It decides nothing: where the line starts moves it.

    References
    ----------
    Satopaa, Albrecht, Irwin, Raghavan (2011), Finding a "kneedle" in a haystack. Schubert
    (2023), Stop using the elbow criterion for k-means.
    """
    curve = [(k, y) for k, y in sorted(zip(ks, inertias, strict=True)) if np.isfinite(y)]
    if len(curve) < 3 or curve[0][1] <= curve[-1][1]:
        return None
    x, y = np.array(curve, dtype=np.float64).T
    below = (x[-1] - x) / (x[-1] - x[0]) - (y - y[-1]) / (y[0] - y[-1])
    return int(x[below.argmax()]) if below.max() > 0 else None


def _grouped(X: ArrayLike, labels: ArrayLike) -> tuple[Float64, NDArray[np.intp], Float64]:
    """Rows, their cluster numbers without gaps, and the cluster means."""
    rows = np.asarray(X, dtype=np.float64)
    present, members, counts = np.unique(np.asarray(labels), return_inverse=True, return_counts=True)
    means = np.zeros((present.size, rows.shape[1]))
    np.add.at(means, members, rows)
    return rows, members, means / counts[:, None]


def _moments(counts: ArrayLike, sums: ArrayLike, square_sums: ArrayLike) -> tuple[Float64, Float64, Float64]:
    """Turn sums into counts, means and squared distances to the mean of the clusters that have members."""
    n, s = np.asarray(counts, dtype=np.float64), np.asarray(sums, dtype=np.float64)
    held = n > 0
    means = s[held] / n[held, None]
    within = np.asarray(square_sums, dtype=np.float64)[held] - n[held] * (means**2).sum(axis=1)
    return n[held], means, np.maximum(within, 0.0)


def _davies_bouldin(means: Float64, spreads: Float64) -> float:
    if len(means) < 2:
        return float("nan")
    gaps = cdist(means, means)
    gaps[gaps == 0] = np.inf  # coincident means are no pair; the diagonal is none either
    return float(((spreads[:, None] + spreads) / gaps).max(axis=1).mean())


def _calinski_harabasz(counts: Float64, means: Float64, within: float) -> float:
    n, k = counts.sum(), len(counts)
    if k < 2 or n <= k or within <= 0:
        return float("nan")
    center = counts @ means / n
    between = float(counts @ ((means - center) ** 2).sum(axis=1))
    return float((between / (k - 1)) / (within / (n - k)))


def _diameter(rows: Float64) -> float:
    """Largest distance within one cluster, a block of rows at a time."""
    step = max(1, CHUNK_CELLS // len(rows))
    return max(float(cdist(rows[at : at + step], rows[at:]).max()) for at in range(0, len(rows), step))
