"""Which customers are unlike the others, by one of three rules on scaled features.

The features are logarithms, so a rule that looks for distances finds customers that are unusual for
their kind, not merely big ones. Knows nothing about what is done with them.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from shared.core.arrays import Bool, Float64, ReadOnlyArrays

Rule = Literal["iqr", "zscore", "isolation_forest"]

IQR_FACTOR = 1.5
"""Tukey (1977): box lengths beyond the quartiles."""
Z_LIMIT = 3.0
"""Deviations from the mean: 0.3% of a normal population lie beyond."""
ISOLATED_SHARE = 0.02
"""A forest ranks customers and has no natural limit: the most isolated 2% are taken."""


@dataclass(frozen=True, eq=False)
class Outliers(ReadOnlyArrays):
    """Outcome of a rule.

    is_outlier : (n,). low, high : (d,) limits of what is usual; values beyond them may be clipped.
    """

    is_outlier: Bool
    low: Float64
    high: Float64


def find_outliers(X: Float64, rule: Rule, *, seed: int = 0) -> Outliers:
    """Apply a rule to X (n, d), n >= 1. A forest draws from `seed`; the other rules draw nothing.

    References
    ----------
    Tukey (1977), Exploratory data analysis. Liu, Ting, Zhou (2008), Isolation forest.
    """
    if rule == "iqr":
        quarter, three_quarters = np.quantile(X, (0.25, 0.75), axis=0)
        reach = IQR_FACTOR * (three_quarters - quarter)
        return _beyond(X, quarter - reach, three_quarters + reach)
    if rule == "zscore":
        mean, reach = X.mean(axis=0), Z_LIMIT * X.std(axis=0)
        return _beyond(X, mean - reach, mean + reach)
    return _isolated(X, seed)


def _beyond(X: Float64, low: Float64, high: Float64) -> Outliers:
    is_outlier: Bool = np.any((low > X) | (high < X), axis=1)
    return Outliers(is_outlier, low, high)


def _isolated(X: Float64, seed: int) -> Outliers:
    """Take the most isolated; what the others span is usual."""
    from sklearn.ensemble import IsolationForest  # noqa: PLC0415 - a second to import

    forest = IsolationForest(random_state=seed % 2**32).fit(X)
    normality = forest.score_samples(X)
    is_outlier = normality < np.quantile(normality, ISOLATED_SHARE)
    usual = X[~is_outlier]
    return Outliers(is_outlier, usual.min(axis=0), usual.max(axis=0))
