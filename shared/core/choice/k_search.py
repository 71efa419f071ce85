"""Scoring every candidate k on one table of customers, and the report with the pick."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial.distance import cdist

from shared.core.arrays import Float64, Int64
from shared.core.choice.indices import calinski_harabasz, davies_bouldin, knee
from shared.core.choice.k_rule import KChoice, LastRun, choose_k
from shared.core.choice.k_scores import DEFAULT_FLOORS, Floors, KScores
from shared.core.choice.silhouette import silhouette_values, simplified_silhouette
from shared.core.choice.stability import (
    Labels,
    Refit,
    adjusted_rand,
    bootstrap,
    fit_centers,
    one_thread,
    segment_jaccard,
)
from shared.core.kmeans.assignment import assign
from shared.errors import InvalidConfig

__all__ = ["Floors", "KChoice", "KReport", "KScores", "choose_k", "score_k"]

NAN = float("nan")


MAX_REFITTED = 20_000
"""Customers that bootstrap refits draw from. Standard errors are then those of a table of this size: too
large for a larger one, which errs on the side of the current k."""


@dataclass(frozen=True, slots=True)
class _Effort:
    """How much is computed; see `score_k`."""

    n_starts: int
    n_warm: int
    n_cold: int


@dataclass(frozen=True, slots=True)
class KReport:
    """Scores of every k in ascending order, the knee of the inertias, the floors, and the pick."""

    scores: tuple[KScores, ...]
    knee: int | None
    floors: Floors
    choice: KChoice

    def of(self, k: int) -> KScores:
        """Scores of one k."""
        return next(s for s in self.scores if s.k == k)


@dataclass(frozen=True, slots=True)
class _Sample:
    """Customers of the refits, and the probe among them that the silhouette compares pairwise.

    rows : (b,) of the table. X : (b, d). probe : (m,) positions in the sample. distances : (m, m).
    """

    rows: Int64
    X: Float64
    probe: Int64
    distances: Float64

    def silhouettes(self, labels: Labels) -> Float64:
        """Silhouette of each customer of the probe; labels (b,)."""
        own = labels[self.probe]
        return silhouette_values(self.distances, own, own)


def score_k(
    X: ArrayLike,
    ks: Sequence[int],
    *,
    seed: int,
    spend: ArrayLike | None = None,
    current_k: int | None = None,
    before: LastRun | None = None,
    floors: Floors = DEFAULT_FLOORS,
    starts: Mapping[int, Float64] | None = None,
    n_starts: int = 4,
    n_warm: int = 20,
    n_cold: int = 10,
    silhouette_sample: int = 1_500,
) -> KReport:
    """Fit and score each k, and pick one.

    The same input and seed give the same report; a k's scores do not depend on which other
    ks are scored.

    Parameters
    ----------
    X : (n, d) scaled features of the clustered customers.
    ks : numbers of segments to score, each at least 2.
    spend : (n,) net spend of the same customers, for the floor on small segments.
    current_k, before : segments of the champion and the run before; see `choose_k`.
    floors : what a k must reach.
    starts : centers (k, d) already fitted to these rows, of some k; the others are fitted here.
    n_starts : k-means++ starts of every cold fit; a single one is often a bad optimum.
    n_warm, n_cold : bootstrap refits of either kind.
    silhouette_sample : customers compared pairwise for the sampled silhouette.

    Raises
    ------
    InvalidConfig : `ks` is empty or has a k below 2, or `X` is not a finite table.
    """
    rows = np.asarray(X, dtype=np.float64)
    _check(rows, ks)
    effort = _Effort(n_starts, n_warm, n_cold)
    money = None if spend is None else np.asarray(spend, dtype=np.float64)
    with one_thread():
        sample = _sample(rows, silhouette_sample, seed)
        given = starts or {}
        scores = tuple(_scores(rows, k, given.get(k), sample, money, effort, seed) for k in sorted(set(ks)))
    elbow = knee([s.k for s in scores], [s.inertia for s in scores])
    choice = choose_k(scores, current_k=current_k, floors=floors, before=before)
    return KReport(scores, elbow, floors, choice)


def _check(rows: Float64, ks: Sequence[int]) -> None:
    if not ks or min(ks) < 2:
        msg = f"ks should be numbers of segments from 2 on, got {list(ks)}; set model.k_min and model.k_max"
        raise InvalidConfig(msg)
    if rows.ndim != 2 or not np.isfinite(rows).all():
        msg = f"X should be a finite table (n, d), got shape {rows.shape}; transform the features first"
        raise InvalidConfig(msg)


def _sample(rows: Float64, at_most: int, seed: int) -> _Sample:
    rng = np.random.default_rng(seed)
    n = min(len(rows), MAX_REFITTED)
    probe = np.sort(rng.choice(n, min(n, at_most), replace=False))
    chosen = np.arange(n) if n == len(rows) else np.sort(rng.choice(len(rows), n, replace=False))
    X = rows[chosen]
    return _Sample(chosen, X, probe, cdist(X[probe], X[probe]))


def _scores(
    rows: Float64,
    k: int,
    given: Float64 | None,
    sample: _Sample,
    spend: Float64 | None,
    effort: _Effort,
    seed: int,
) -> KScores:
    rng = np.random.default_rng([seed, k])
    centers = fit_centers(rows, k, rng=rng, n_starts=effort.n_starts) if given is None else given.copy()
    if centers is None:
        return _undefined(k, rows.shape[1])
    found = assign(rows, centers)
    labels, sampled = found.labels, found.labels[sample.rows]
    warm = bootstrap(sample.X, k, rng=rng, n_refits=effort.n_warm, n_starts=1, start=centers)
    cold = bootstrap(sample.X, k, rng=rng, n_refits=effort.n_cold, n_starts=effort.n_starts)
    warm_ari, warm_ari_se = _agreement(sampled, warm)
    cold_ari, cold_ari_se = _agreement(sampled, cold)
    return KScores(
        k=k,
        centers=centers,
        counts=np.bincount(labels, minlength=k),
        spend_shares=_spend_shares(labels, k, spend),
        inertia=float((found.distances**2).sum()),
        silhouette=float(sample.silhouettes(sampled).mean()),
        silhouette_se=_standard_error(sample, warm),
        silhouette_simplified=simplified_silhouette(found.distances, found.runner_up_distances),
        davies_bouldin=davies_bouldin(rows, labels),
        calinski_harabasz=calinski_harabasz(rows, labels),
        warm_ari=warm_ari,
        warm_ari_se=warm_ari_se,
        cold_ari=cold_ari,
        cold_ari_se=cold_ari_se,
        jaccard=_mean_jaccard(sampled, cold, k),
    )


def _undefined(k: int, d: int) -> KScores:
    nothing = np.full(k, np.nan)
    counts = np.zeros(k, dtype=np.int64)
    return KScores(k, np.empty((0, d)), counts, nothing, *(NAN,) * 10, nothing)


def _spend_shares(labels: Labels, k: int, spend: Float64 | None) -> Float64:
    if spend is None or spend.sum() <= 0:
        return np.full(k, np.nan)
    shares: Float64 = np.bincount(labels, spend, minlength=k) / spend.sum()
    return shares


def _standard_error(sample: _Sample, refits: Sequence[Refit]) -> float:
    """Spread of the probe's silhouette when both the customers and the fit are redrawn."""
    means = []
    for refit in refits:
        drawn = refit.drawn[sample.probe]
        if drawn.any():
            means.append(float(np.average(sample.silhouettes(refit.labels), weights=drawn)))
    return float(np.std(means, ddof=1)) if len(means) > 1 else NAN


def _agreement(labels: Labels, refits: Sequence[Refit]) -> tuple[float, float]:
    """Mean adjusted Rand index of the refits and its standard error."""
    each = [adjusted_rand(labels, refit.labels) for refit in refits]
    error = float(np.std(each, ddof=1) / np.sqrt(len(each))) if len(each) > 1 else NAN
    return (float(np.mean(each)) if each else NAN), error


def _mean_jaccard(labels: Labels, refits: Sequence[Refit], k: int) -> Float64:
    if not refits:
        return np.full(k, np.nan)
    mean: Float64 = np.mean([segment_jaccard(labels, r.labels, k) for r in refits], axis=0)
    return mean
