"""Step 4: which customers a fit learns from.

Only the fit: everybody is assigned, by the stream as well, and the stream's restates learn from
everybody. What the policy changes is where the lines are drawn first.
"""

from dataclasses import dataclass

import numpy as np

from batch.compete import settle
from shared.core.arrays import Bool, Float64, Int64, ReadOnlyArrays
from shared.core.choice.outliers import find_outliers
from shared.core.choice.stability import adjusted_rand
from shared.core.kmeans.assignment import assign
from shared.settings import ModelSettings


@dataclass(frozen=True, eq=False)
class FitSet(ReadOnlyArrays):
    """The customers a fit learns from.

    rows : (f,) which of the n customers, ascending. X : (f, d) their scaled features, clipped if so set.
    is_outlier : (n,).
    """

    rows: Int64
    X: Float64
    is_outlier: Bool

    def among(self, rows: Int64) -> Float64:
        """Scaled features of those of `rows`, ascending, that are in the set."""
        chosen: Float64 = self.X[np.isin(self.rows, rows, assume_unique=True)]
        return chosen


@dataclass(frozen=True)
class OutlierEffect:
    """What the policy did.

    n, share, spend_share : the outliers, of customers and of net spend.
    error_with, error_without : quantization error of everybody, with the policy and without it;
        usual_with, usual_without : of those who are no outliers.
    agreement : adjusted Rand index of everybody's labels with and without.
    """

    policy: str
    rule: str
    n: int
    share: float
    spend_share: float
    error_with: float
    error_without: float
    usual_with: float
    usual_without: float
    agreement: float


def fit_set(X: Float64, settings: ModelSettings) -> FitSet:
    """Apply the policy to X (n, d); without one the fit learns from everybody as they are."""
    everybody = np.arange(len(X))
    if settings.outliers == "off":
        return FitSet(everybody, X, np.zeros(len(X), np.bool_))
    found = find_outliers(X, settings.outlier_rule, seed=settings.seed)
    if settings.outliers == "clip":
        return FitSet(everybody, np.clip(X, found.low, found.high), found.is_outlier)
    usual = np.flatnonzero(~found.is_outlier)
    return FitSet(usual, X[usual], found.is_outlier)


def outlier_effect(
    X: Float64, fitted: FitSet, centers: Float64, spend: Float64, settings: ModelSettings
) -> OutlierEffect | None:
    """Compare `centers`, fitted under the policy, with those that everybody leads to; None if it is off."""
    if settings.outliers == "off":
        return None
    ours, theirs = assign(X, centers), assign(X, settle(X, centers))
    out = fitted.is_outlier
    return OutlierEffect(
        policy=settings.outliers,
        rule=settings.outlier_rule,
        n=int(out.sum()),
        share=float(out.mean()),
        spend_share=float(spend[out].sum() / spend.sum()),
        error_with=float(ours.distances.mean()),
        error_without=float(theirs.distances.mean()),
        usual_with=float(ours.distances[~out].mean()),
        usual_without=float(theirs.distances[~out].mean()),
        agreement=adjusted_rand(ours.labels, theirs.labels),
    )
