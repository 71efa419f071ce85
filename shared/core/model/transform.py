"""The frozen scaling of a champion: log1p, then standardise.

Fitted once by the batch job and stored with the model, so that a stored vector means the
same until the next promotion. Raw RFM would let a handful of wholesalers take a center each.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.core.arrays import Float64, ReadOnlyArrays

_MIN_DEVIATION = 1e-9


@dataclass(frozen=True)
class FeatureTransform(ReadOnlyArrays):
    """log1p-standardised features.

    features : names, in column order. means, deviations : (d,) of log1p values.
    recency_clip_days : recency beyond it counts as this much; None leaves it alone.
    """

    features: tuple[str, ...]
    means: Float64
    deviations: Float64
    recency_clip_days: int | None = None

    def apply(self, raw: Float64) -> Float64:
        """Scale raw features (n, d) >= 0; what lies below zero counts as zero."""
        return (clipped_logs(raw, self.features, self.recency_clip_days) - self.means) / self.deviations

    def invert(self, scaled: Float64) -> Float64:
        """Back to business units, (n, d); the inverse of `apply` for unclipped values."""
        return np.expm1(scaled * self.deviations + self.means)


def fit_transform(
    raw: Float64, features: Sequence[str], *, recency_clip_days: int | None = None
) -> FeatureTransform:
    """Learn means and deviations of log1p(raw), raw (n, d) with n >= 1.

    A constant feature gets deviation 1, so that it scales to zero instead of to infinity.
    """
    logs = clipped_logs(raw, features, recency_clip_days)
    return standardise(features, logs.mean(axis=0), logs.std(axis=0), recency_clip_days)


def clipped_logs(raw: Float64, features: Sequence[str], recency_clip_days: int | None) -> Float64:
    """Return log1p of raw features (n, d): what means and deviations are taken of."""
    # numba costs a second to import; whoever only reads a model should not pay for it.
    from shared.core.logarithm import log1p  # noqa: PLC0415

    return log1p(_clipped(raw, tuple(features), recency_clip_days))


def standardise(
    features: Sequence[str],
    means: Float64,
    deviations: Float64,
    recency_clip_days: int | None,
) -> FeatureTransform:
    """Make a transform of means and population deviations (d,) of `clipped_logs`, wherever they come from."""
    safe = np.where(deviations < _MIN_DEVIATION, 1.0, deviations)
    return FeatureTransform(tuple(features), means, safe, recency_clip_days)


def _clipped(raw: Float64, features: tuple[str, ...], recency_clip_days: int | None) -> Float64:
    values = np.maximum(raw, 0.0)
    if recency_clip_days is not None and "recency_days" in features:
        column = features.index("recency_days")
        values[:, column] = np.minimum(values[:, column], recency_clip_days)
    return values
