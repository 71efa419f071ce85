"""What the same fortnight did last year: a season that was seen once is expected the second time.

Christmas fills a shop every year. Without a year of history nobody can tell it from drift, and alarms are
advisory; with one, what last year's days around this date stood out from their own reference is expected
again. The price is the error of a fortnight's mean, which the score is charged with.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from shared.core.arrays import Float64, Int64
from shared.core.drift.baseline import (
    GAP_DAYS,
    MIN_DAYS,
    REFERENCE_DAYS,
    Baseline,
    fit_baseline,
    reference_mask,
)

YEAR_DAYS: Final = 364
"""The same weekday."""

AROUND_DAYS: Final = 7
"""On either side: a feast moves."""

MIN_AROUND: Final = 8
CLEAR: Final = 3.0
"""Standard errors that a fortnight must stand out by to be called a season."""


def season_days(today: int) -> tuple[int, int]:
    """Return the first and last day of the year before that today may be compared with."""
    anchor = today - YEAR_DAYS
    return anchor - GAP_DAYS - REFERENCE_DAYS, anchor + AROUND_DAYS


def with_season(baseline: Baseline, values: Float64, days: Int64, today: int) -> Baseline:
    """Add last year's season to what is usual for one channel, if there was one.

    Parameters
    ----------
    values, days : (t,) every day on which the channel could be measured, last year's included.
    """
    anchor = today - YEAR_DAYS
    reference = reference_mask(days, np.ones_like(days, np.bool_), anchor)
    around = np.abs(days - anchor) <= AROUND_DAYS
    n = int(around.sum())
    if reference.sum() < MIN_DAYS or n < MIN_AROUND:
        return baseline
    then = fit_baseline(values[reference][:, np.newaxis], days[reference] % 7)
    off = values[around] - then.mean[0] - then.phases[days[around] % 7, 0]
    shift, error = np.nanmean(off), np.sqrt(then.variance[0] * (1 / n + 1 / then.n_days))
    if not abs(shift) > CLEAR * error:
        return baseline
    return replace(baseline, mean=baseline.mean + shift, n_season=n)
