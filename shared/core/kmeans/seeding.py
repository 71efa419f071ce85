"""Greedy k-means++: first centers that are far apart, and dense where customers are."""

import numpy as np
from numpy.typing import ArrayLike

from shared.core.arrays import Float64, Int64
from shared.core.checks import checked_weights


def seed_centers(
    X: ArrayLike, k: int, *, rng: np.random.Generator, weights: ArrayLike | None = None
) -> Float64:
    """Draw k rows of X as centers by greedy k-means++.

    Each further center is the best of 2 + ln(k) candidates, drawn with probability
    weight x squared distance to the nearest center so far: the one that lowers the inertia most.

    Parameters
    ----------
    X : (n, d), n >= 1.
    k : number of centers. With fewer distinct rows than that, every distinct row becomes a center
        and the rest repeat rows: the repeats win no customer, since ties go to the lowest label.
    weights : (n,) floats >= 0, not all zero; 1 for everybody if omitted.

    Returns
    -------
    (k, d) float64.

    Raises
    ------
    ValueError : no row of positive weight, or k < 1.

    References
    ----------
    Arthur and Vassilvitskii (2007), k-means++; the greedy variant is scikit-learn's default.
    """
    rows = np.ascontiguousarray(X, dtype=np.float64)
    scales = np.ones(len(rows)) if weights is None else checked_weights(weights, len(rows))
    if rows.ndim != 2 or k < 1 or not scales.any():
        msg = (
            "seeding needs at least one row of positive weight and one center; "
            f"got {np.count_nonzero(scales)} rows and k={k}"
        )
        raise ValueError(msg)
    # A column at a time: the loops below then run along memory.
    columns = np.ascontiguousarray(rows.T)
    chosen = [int(_draw(scales, 1, rng)[0])]
    nearest = _squares(columns, columns[:, chosen])[0]
    for _ in range(1, k):
        best, nearest = _best_candidate(columns, scales, nearest, 2 + int(np.log(k)), rng)
        chosen.append(best)
    return rows[chosen]


def distinct_rows(X: ArrayLike, weights: ArrayLike | None = None) -> tuple[Float64, Float64]:
    """Merge equal rows and add up their weights, in lexicographic order; weightless rows go.

    Seeds drawn from the result do not depend on the order of the rows, nor on whether a customer
    is repeated or weighted.
    """
    rows = np.asarray(X, dtype=np.float64)
    scales = np.ones(len(rows)) if weights is None else checked_weights(weights, len(rows))
    rows, scales = rows[scales > 0], scales[scales > 0]
    if not len(rows):
        return rows, scales
    order = np.lexsort(rows.T[::-1])
    rows = rows[order]
    is_new = np.append(True, (rows[1:] != rows[:-1]).any(axis=1))
    return rows[is_new], np.add.reduceat(scales[order], np.flatnonzero(is_new))


def _best_candidate(
    columns: Float64, scales: Float64, nearest: Float64, n_candidates: int, rng: np.random.Generator
) -> tuple[int, Float64]:
    potential = scales * nearest
    # All weight sits on centers already: any row will do, and its center will win nobody.
    candidates = _draw(potential if potential.any() else scales, n_candidates, rng)
    after = np.minimum(nearest, _squares(columns, columns[:, candidates]))
    best = int(np.argmin(after @ scales))
    return int(candidates[best]), after[best]


def _draw(mass: Float64, size: int, rng: np.random.Generator) -> Int64:
    """Draw rows in proportion to `mass`, never one without any."""
    # Scaled by the largest, so that tiny and huge masses neither vanish nor overflow in the sum.
    cumulative = np.cumsum(mass / mass.max())
    drawn = np.searchsorted(cumulative, rng.random(size) * cumulative[-1], side="right")
    rows: Int64 = np.minimum(drawn, np.flatnonzero(mass)[-1])
    return rows


def _squares(columns: Float64, centers: Float64) -> Float64:
    """Return squared distances (m, n) of (d, n) rows to (d, m) centers; by differences: zero iff equal."""
    total = np.zeros((centers.shape[1], columns.shape[1]))
    for column, center in zip(columns, centers, strict=True):
        total += np.square(column - center[:, np.newaxis])
    return total
