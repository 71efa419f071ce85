"""Many clusterings, one answer: which micro-clusters are together however one looks.

Customers are first gathered on the units of a map, so that the table of who is with whom has a hundred
rows and not thousands.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import leaves_list

from batch.som import fit_som
from shared.core.arrays import Float64, Int64, ReadOnlyArrays
from shared.core.choice.stability import adjusted_rand
from shared.core.kmeans.lloyd import fit_kmeans
from shared.core.som.two_level import macro_segments, weighted_linkage
from shared.core.som.units import best_two_units

KS = tuple(range(3, 9))


@dataclass(frozen=True, eq=False)
class Consensus(ReadOnlyArrays):
    """labels : (n,) of the customers. together : (m, m) share of clusterings that put two units together.

    order : (m,) units as the tree orders them. unit_labels : (m,). undecided_share : pairs of units that
    are together in a quarter to three quarters of the clusterings.
    """

    labels: Int64
    together: Float64
    order: Int64
    unit_labels: Int64
    n_clusterings: int
    undecided_share: float


@dataclass(frozen=True)
class Robustness:
    """Mean agreement (ARI) of pairs of runs on resampled customers, judged on all of them."""

    single_start: float
    best_of_ten: float
    consensus: float
    n_runs: int


def agree(X: Float64, k: int, *, n_clusterings: int = 60, seed: int = 0) -> Consensus:
    """Cluster the units of a map in many ways, join those that mostly stay together, and cut at k.

    The clusterings differ in k, in start, and in the features they see (all but one, drawn).

    References
    ----------
    Fred, Jain (2005), Combining multiple clusterings using evidence accumulation.
    """
    rng = np.random.default_rng(seed)
    weights = fit_som(X, seed).weights
    units = best_two_units(X, weights).first
    hits = np.bincount(units, minlength=len(weights))
    used = np.flatnonzero(hits)
    points, masses = weights[used], hits[used].astype(np.float64)
    together = np.zeros((len(used), len(used)))
    for _ in range(n_clusterings):
        labels = _one_view(points, masses, rng)
        together += labels[:, None] == labels
    together /= n_clusterings
    # Rows of the table as points: units that agree about everybody else are one segment.
    macro = macro_segments(together, masses, k=k, method="average")
    order = leaves_list(weighted_linkage(together, masses, "average")).astype(np.int64)
    upper = together[np.triu_indices(len(used), 1)]
    return Consensus(
        labels=macro.labels[np.searchsorted(used, units)],
        together=together,
        order=order,
        unit_labels=macro.labels,
        n_clusterings=n_clusterings,
        undecided_share=float(((upper > 0.25) & (upper < 0.75)).mean()),
    )


def judge_robustness(X: Float64, k: int, *, n_runs: int = 6, seed: int = 0) -> Robustness:
    """Compare how alike runs are: a single K-means, the best of ten starts, and the consensus."""
    rng = np.random.default_rng(seed)
    draws = [np.sort(rng.choice(len(X), len(X) * 4 // 5, replace=False)) for _ in range(n_runs)]
    labels: dict[str, list[Int64]] = {"single": [], "best": [], "consensus": []}
    for at, drawn in enumerate(draws):
        part = X[drawn]
        labels["single"].append(_spread(X, part, fit_kmeans(part, k, n_starts=1, rng=at).labels, k))
        labels["best"].append(_spread(X, part, fit_kmeans(part, k, n_starts=10, rng=at).labels, k))
        labels["consensus"].append(_spread(X, part, agree(part, k, n_clusterings=30, seed=at).labels, k))
    single, best, consensus = (_mean_agreement(labels[name]) for name in ("single", "best", "consensus"))
    return Robustness(single, best, consensus, n_runs)


def _one_view(points: Float64, masses: Float64, rng: np.random.Generator) -> Int64:
    d = points.shape[1]
    seen = np.sort(rng.choice(d, max(2, d - 1), replace=False)) if d > 2 else np.arange(d)
    k = int(rng.choice(KS))
    labels = fit_kmeans(points[:, seen], min(k, len(points)), n_starts=1, weights=masses, rng=rng).labels
    return labels.astype(np.int64)


def _spread(X: Float64, part: Float64, labels: NDArray[np.integer], k: int) -> Int64:
    """Give every customer the label of the nearest mean."""
    means = np.array([part[labels == label].mean(axis=0) for label in range(k) if (labels == label).any()])
    squares = ((X[:, None, :] - means) ** 2).sum(axis=2)
    nearest: Int64 = squares.argmin(axis=1).astype(np.int64)
    return nearest


def _mean_agreement(runs: list[Int64]) -> float:
    pairs = [adjusted_rand(a, b) for at, a in enumerate(runs) for b in runs[at + 1 :]]
    return float(np.mean(pairs))
