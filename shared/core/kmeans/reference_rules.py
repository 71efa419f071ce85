"""Two well-known streaming rules, to compare with: scikit-learn's minibatch and MLlib's decay.

Both fold a batch into running means and forget who was in it, so no customer can be taken out
again and no sum over customers can restate them. The stream does not use them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from shared.core.arrays import Float64, own_array
from shared.core.kmeans.assignment import assign

# MLlib's: a weight below this share of the largest is dying; the split moves centers by this much.
DYING_SHARE = 1e-8
SPLIT_STEP = 1e-14


@dataclass(frozen=True, eq=False)
class Prototypes:
    """Running means and the weight behind them: centers (k, d), weights (k,), both float64."""

    centers: Float64
    weights: Float64

    def __post_init__(self) -> None:
        for name in ("centers", "weights"):
            own_array(self, name, np.float64)


def minibatch_update(
    prototypes: Prototypes, X: ArrayLike, *, sample_weights: ArrayLike | None = None
) -> Prototypes:
    """Fold a batch into cumulative means: center = (weight x center + sum) / (weight + batch weight).

    Weights only grow, so the step size tends to 0 and nothing is forgotten.

    References
    ----------
    Sculley (2010), Web-scale k-means clustering; scikit-learn 1.9 `MiniBatchKMeans.partial_fit`.
    """
    sums, mass = _batch_sums(prototypes.centers, X, sample_weights)
    weights = prototypes.weights + mass
    kept = prototypes.centers * prototypes.weights[:, np.newaxis] + sums
    moved = kept / np.where(weights > 0, weights, 1.0)[:, np.newaxis]
    return Prototypes(np.where((mass > 0)[:, np.newaxis], moved, prototypes.centers), weights)


def reassign_small(
    prototypes: Prototypes, X: ArrayLike, *, ratio: float, rng: np.random.Generator | np.random.RandomState
) -> Prototypes:
    """Move prototypes lighter than `ratio` x the heaviest onto rows of the batch drawn at random.

    At most half as many as there are rows, the lightest first; each takes the weight of the
    lightest survivor. This is what costs a rare segment its center, however well it is separated.

    References
    ----------
    scikit-learn 1.9, `reassignment_ratio`.
    """
    rows = np.asarray(X, dtype=np.float64)
    is_small = prototypes.weights < ratio * prototypes.weights.max()
    most = len(rows) // 2
    if is_small.sum() > 0.5 * len(rows):
        is_small[np.argsort(prototypes.weights)[most:]] = False
    if not is_small.any():
        return prototypes
    centers, weights = prototypes.centers.copy(), prototypes.weights.copy()
    centers[is_small] = rows[rng.choice(len(rows), replace=False, size=int(is_small.sum()))]
    weights[is_small] = weights[~is_small].min()
    return Prototypes(centers, weights)


def mllib_update(
    prototypes: Prototypes,
    X: ArrayLike,
    *,
    decay_factor: float = 1.0,
    time_unit: str = "batches",
    sample_weights: ArrayLike | None = None,
) -> Prototypes:
    """Discount every weight, fold the batch in, and split the largest cluster if one is dying.

    weight' = a x weight + m and center' = center + (m / weight') (batch mean - center), with
    a = decay_factor, or decay_factor^(rows of the batch) for the time unit points.

    Parameters
    ----------
    decay_factor : in [0, 1]; 1 forgets nothing.
    time_unit : "batches" or "points": what the decay factor counts.

    References
    ----------
    Apache Spark `StreamingKMeansModel.update`. Where its two documents disagree, this is the code's rule.
    """
    if not 0 <= decay_factor <= 1:
        msg = f"decay_factor should be between 0 and 1; got {decay_factor}"
        raise ValueError(msg)
    if time_unit not in {"batches", "points"}:
        msg = f"time_unit should be 'batches' or 'points'; got {time_unit!r}"
        raise ValueError(msg)
    sums, mass = _batch_sums(prototypes.centers, X, sample_weights)
    discount = decay_factor if time_unit == "batches" else decay_factor ** mass.sum()
    weights = prototypes.weights * discount + mass
    # 1e-16 as in Spark; unhit prototypes have a step of 0 and stay.
    step = (mass / np.maximum(weights, 1e-16))[:, np.newaxis]
    means = sums / np.where(mass > 0, mass, 1.0)[:, np.newaxis]
    return _split_if_dying(Prototypes((1 - step) * prototypes.centers + step * means, weights))


def _split_if_dying(prototypes: Prototypes) -> Prototypes:
    centers, weights = prototypes.centers.copy(), prototypes.weights.copy()
    largest, smallest = int(weights.argmax()), int(weights.argmin())
    if weights[smallest] >= DYING_SHARE * weights[largest]:
        return prototypes
    step = SPLIT_STEP * np.maximum(np.abs(centers[largest]), 1.0)
    centers[smallest] = centers[largest] - step
    centers[largest] = centers[largest] + step
    weights[[smallest, largest]] = (weights[smallest] + weights[largest]) / 2
    return Prototypes(centers, weights)


def _batch_sums(centers: Float64, X: ArrayLike, sample_weights: ArrayLike | None) -> tuple[Float64, Float64]:
    """Return weighted sums (k, d) and total weights (k,) of the rows nearest to each center."""
    rows = np.asarray(X, dtype=np.float64)
    labels = assign(rows, centers).labels
    scales = np.ones(len(rows)) if sample_weights is None else np.asarray(sample_weights, dtype=np.float64)
    k = len(centers)
    mass: Float64 = np.bincount(labels, weights=scales, minlength=k).astype(np.float64)
    sums = [np.bincount(labels, weights=scales * column, minlength=k) for column in rows.T]
    return np.column_stack(sums), mass
