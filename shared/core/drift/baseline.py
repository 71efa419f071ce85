"""What a daily channel usually does: its level, its weekday pattern and how noisy it is.

Taken from eight weeks that end a week ago, so that a slow change does not become its own measure.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from shared.core.arrays import Bool, Float64, Int64

REFERENCE_DAYS: Final = 56
GAP_DAYS: Final = 7
"""Between the reference and today: a drift that has just begun is not in it."""

MIN_DAYS: Final = 35
"""Five weeks, or seven weeks of a shop that opens on five days; with fewer a channel still learns."""

LAGS: Final = 7
MIN_SHARE: Final = 0.5
"""Of the plain variance that the long-run variance may fall to: removing a weekday pattern leaves residuals
that alternate, which would otherwise make the noise look smaller than it is."""

SMOOTHING: Final = 0.2
"""Weight of the newest day in the moving average: the usual choice of control charts for shifts of about one
standard deviation (Lucas and Saccucci 1990)."""


@dataclass(frozen=True, eq=False)
class Baseline:
    """Level and pattern of c channels.

    mean (c,), phases (7, c) : deviation of each weekday, NaN for one never seen. variance (c,) : long-run.
    n_days : days of the reference. residuals (n_days, c), inflated for the fitted values. n_season : days
    that a season in the mean was learnt from, 0 without one.
    """

    mean: Float64
    phases: Float64
    variance: Float64
    n_days: int
    residuals: Float64
    n_season: int = 0

    def residual(self, values: Float64, weekday: int) -> Float64:
        """Return how far a day's values (c,) are from usual; NaN on a weekday that was never seen."""
        off: Float64 = values - self.mean - self.phases[weekday]
        return off

    def score(self, ewma: Float64) -> Float64:
        """Return the moving average of residuals in standard errors; NaN for a channel without noise."""
        season = 1 / self.n_season if self.n_season else 0.0
        return standardised(ewma, self.variance, 1 / self.n_days + season)


def reference_mask(days: Int64, is_usable: Bool, today: int) -> Bool:
    """Which of the days (t,) are the reference of `today`."""
    oldest = today - GAP_DAYS - REFERENCE_DAYS
    mask: Bool = is_usable & (days >= oldest) & (days < today - GAP_DAYS)
    return mask


def fit_baseline(values: Float64, weekdays: Int64) -> Baseline:
    """Learn level, pattern and noise from values (r, c) of days on `weekdays` (r,), r >= `MIN_DAYS`."""
    mean = np.nanmean(values, axis=0)
    off = np.where(np.isfinite(values), values - mean, 0.0)
    members = weekdays[np.newaxis] == np.arange(7)[:, np.newaxis]
    n_of = members.sum(axis=1)
    totals = members.astype(np.float64) @ off
    phases = np.where(n_of[:, np.newaxis] > 0, totals / np.maximum(n_of, 1)[:, np.newaxis], np.nan)
    n, fitted = len(values), int((n_of > 0).sum())
    residuals = (off - phases[weekdays]) * np.sqrt(n / (n - fitted))
    return Baseline(mean, phases, long_run_variance(residuals), n, residuals)


def long_run_variance(residuals: Float64) -> Float64:
    """Return Bartlett's estimate with `LAGS` lags along axis 0 of residuals (r, ...), bounded below.

    References
    ----------
    Newey and West (1987), A simple, positive semi-definite, heteroskedasticity and autocorrelation
    consistent covariance matrix.
    """
    n = len(residuals)
    plain = np.mean(residuals**2, axis=0)
    total = plain.copy()
    for lag in range(1, min(LAGS, n - 1) + 1):
        total += 2 * (1 - lag / (LAGS + 1)) * np.sum(residuals[lag:] * residuals[:-lag], axis=0) / n
    bounded: Float64 = np.maximum(total, MIN_SHARE * plain)
    return bounded


def standardised(ewma: Float64, variance: Float64, of_reference: float) -> Float64:
    """Divide a moving average by its standard error.

    of_reference : error variance of what is usual, in days' variances: 1/n for a mean of n days.
    """
    error = np.sqrt(variance * (SMOOTHING / (2 - SMOOTHING) + of_reference))
    return np.divide(ewma, error, out=np.full_like(ewma, np.nan), where=error > 0)
