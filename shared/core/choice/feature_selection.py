"""Which features to cluster by: four rules, each with a reason for every feature.

All take scaled columns in the order of a registry, and the earlier of two equals is kept. A feature
that is in use has the benefit of the doubt, so that a value about at its limit does not come and go
with every run: another set of features is another segmentation.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from scipy.spatial import KDTree
from scipy.stats import rankdata

from shared.core.arrays import Float64
from shared.core.choice.silhouette import silhouette
from shared.core.choice.stability import fit_centers
from shared.core.kmeans.assignment import assign

Method = Literal["variance", "correlation", "laplacian", "silhouette"]

MIN_VARIANCE = 0.01
"""Of the logarithms, their range scaled to 1."""
MAX_CORRELATED = 0.9
"""Rank correlation above which a feature repeats an earlier one."""
NEIGHBOURS = 10
MIN_GAIN = 0.01
"""Silhouette that a further feature must add."""
DOUBT = 0.1
"""Part of a limit by which a feature in use may miss it, and another must keep it."""
SAMPLE = 1_500
"""Customers that neighbours and silhouettes are computed on."""


@dataclass(frozen=True)
class FeatureVerdict:
    """One feature: its score by the method, and why it is in or out."""

    name: str
    score: float
    is_kept: bool
    reason: str


@dataclass(frozen=True, eq=False)
class _Table:
    """Scaled columns (n, m) with their names, those in use, and what a method may need beside."""

    X: Float64
    names: tuple[str, ...]
    in_use: frozenset[str]
    n_wanted: int
    k: int
    seed: int

    def sign(self, name: str) -> int:
        """1 for a feature in use, which gets the benefit of the doubt, -1 for others."""
        return 1 if name in self.in_use else -1

    def sample(self) -> Float64:
        rows = np.random.default_rng(self.seed).permutation(len(self.X))[:SAMPLE]
        return self.X[rows]


def select(
    X: Float64,
    names: Sequence[str],
    method: Method,
    *,
    in_use: Sequence[str] = (),
    n_wanted: int = 3,
    k: int = 4,
    seed: int = 0,
) -> tuple[FeatureVerdict, ...]:
    """Judge every column; the verdicts are in the order of the columns, and at least one is kept.

    Parameters
    ----------
    X : (n, m) log features, standardised. names : (m,) in the order of preference.
    in_use : features of the champion.
    n_wanted : features that the Laplacian score keeps: it ranks, and has no limit of its own.
    k : segments of the fits that the silhouette needs. seed : of those fits and of samples.
    """
    table = _Table(X, tuple(names), frozenset(in_use), n_wanted, k, seed)
    verdicts = _METHODS[method](table)
    if any(v.is_kept for v in verdicts):
        return verdicts
    first = verdicts[0]
    return (FeatureVerdict(first.name, first.score, True, "one feature must remain"), *verdicts[1:])


def _by_variance(table: _Table) -> tuple[FeatureVerdict, ...]:
    spans = np.ptp(table.X, axis=0)
    scaled = np.divide(table.X, spans, out=np.zeros_like(table.X), where=spans > 0)
    verdicts = []
    for name, variance in zip(table.names, scaled.var(axis=0).tolist(), strict=True):
        limit = MIN_VARIANCE * (1 - DOUBT * table.sign(name))
        words = f"variance {variance:.3f} of its range {'>=' if variance >= limit else '<'} {limit:.3f}"
        verdicts.append(FeatureVerdict(name, variance, variance >= limit, words))
    return tuple(verdicts)


def _by_correlation(table: _Table) -> tuple[FeatureVerdict, ...]:
    """Score: the largest rank correlation with a feature that is kept already."""
    ranks = rankdata(table.X, axis=0)
    ranks = ranks - ranks.mean(axis=0)
    norms = np.linalg.norm(ranks, axis=0)
    ranks = np.divide(ranks, norms, out=np.zeros_like(ranks), where=norms > 0)
    alike = np.abs(ranks.T @ ranks)
    kept: list[int] = []
    verdicts = []
    for at, name in enumerate(table.names):
        nearest = max(kept, key=lambda other: alike[at, other], default=None)
        value = 0.0 if nearest is None else float(alike[at, nearest])
        limit = MAX_CORRELATED * (1 + DOUBT / 2 * table.sign(name))
        words = (
            "the first" if nearest is None else f"rank correlation {value:.2f} with {table.names[nearest]}"
        )
        verdicts.append(FeatureVerdict(name, value, value <= limit, words))
        if value <= limit:
            kept.append(at)
    return tuple(verdicts)


def _by_laplacian(table: _Table) -> tuple[FeatureVerdict, ...]:
    scores = laplacian_scores(table.sample())
    judged = [score * (1 - DOUBT * table.sign(name)) for score, name in zip(scores, table.names, strict=True)]
    order = np.argsort(judged, kind="stable")
    kept = set(order[: table.n_wanted].tolist())
    return tuple(
        FeatureVerdict(
            name,
            float(scores[at]),
            at in kept,
            f"Laplacian score {scores[at]:.3f}, rank {list(order).index(at) + 1}",
        )
        for at, name in enumerate(table.names)
    )


def laplacian_scores(X: Float64) -> Float64:
    """How much each column differs between neighbours, for its variance, (m,); lower keeps more structure.

    Neighbours are the 10 nearest customers in all columns; weights fall with distance (heat kernel, its
    width the mean squared distance). A constant column scores infinity.

    References
    ----------
    He, Cai, Niyogi (2005), Laplacian score for feature selection.
    """
    n = len(X)
    distances, nearest = KDTree(X).query(X, k=min(NEIGHBOURS + 1, n))
    width = max(float((distances**2).mean()), np.finfo(float).tiny)
    weights = np.zeros((n, n))
    np.put_along_axis(
        weights, np.atleast_2d(nearest), np.exp(-(np.atleast_2d(distances) ** 2) / width), axis=1
    )
    weights = np.maximum(weights, weights.T)
    np.fill_diagonal(weights, 0.0)
    degrees = weights.sum(axis=1)
    centered = X - (degrees @ X) / max(degrees.sum(), np.finfo(float).tiny)
    total = degrees @ centered**2
    rough = total - np.einsum("ij,ij->j", centered, weights @ centered)
    scores: Float64 = np.divide(rough, total, out=np.full(X.shape[1], np.inf), where=total > 1e-12)
    return scores


def _by_silhouette(table: _Table) -> tuple[FeatureVerdict, ...]:
    """Forward from nothing: each step adds the feature whose segments are the best separated.

    Separation is measured over all columns, whichever few the segments were found by: silhouettes of
    spaces of different dimension do not compare.
    """
    X = table.sample()
    chosen, gains, best = _forward(X, table)
    at_present = [at for at, name in enumerate(table.names) if name in table.in_use]
    if at_present and best < _separation(X, at_present, table) + MIN_GAIN:
        chosen, gains = at_present, dict.fromkeys(at_present, "in use, and no other set is clearly better")
    verdicts = []
    for at, name in enumerate(table.names):
        score = _separation(X, [at], table)
        words = gains.get(at, f"adds less than {MIN_GAIN} of silhouette")
        verdicts.append(FeatureVerdict(name, score, at in chosen, words))
    return tuple(verdicts)


def _forward(X: Float64, table: _Table) -> tuple[list[int], dict[int, str], float]:
    chosen: list[int] = []
    reasons: dict[int, str] = {}
    best = -1.0
    while len(chosen) < len(table.names):
        rest = [at for at in range(len(table.names)) if at not in chosen]
        values = [_separation(X, [*chosen, at], table) for at in rest]
        top = int(np.argmax(values))
        if values[top] < best + MIN_GAIN:
            break
        reasons[rest[top]] = f"added as number {len(chosen) + 1}: silhouette {values[top]:.3f}"
        best = values[top]
        chosen.append(rest[top])
    return chosen, reasons, best


def _separation(X: Float64, columns: Sequence[int], table: _Table) -> float:
    """Silhouette over all columns of segments that were found by some of them; -1 if there are none."""
    own = np.ascontiguousarray(X[:, list(columns)])
    centers = fit_centers(own, table.k, rng=np.random.default_rng(table.seed), n_starts=4)
    if centers is None:
        return -1.0
    return float(np.nan_to_num(silhouette(X, assign(own, centers).labels), nan=-1.0))


_METHODS: MappingProxyType[Method, Callable[[_Table], tuple[FeatureVerdict, ...]]] = MappingProxyType(
    {
        "variance": _by_variance,
        "correlation": _by_correlation,
        "laplacian": _by_laplacian,
        "silhouette": _by_silhouette,
    }
)
