"""Whether windows are what their limits assume: fresh rows of the same shop, hour after hour.

In most shops days differ by more than chance: campaigns, pay days, weather. A limit for independent rows
would then alarm all the time, so it is only used where the reference itself passes this test.
"""

from typing import Final

import numpy as np
from scipy import special

from shared.core.arrays import Float64, Int64
from shared.core.windows.centroid import MIN_COUNT
from shared.core.windows.reference import Reference

MIN_EXPECTED: Final = 5.0
"""Customers expected in a cell, from which on a chi-square can be read."""

QUESTIONS: Final = 3


def chance_of_differing(
    sums: Float64, phases: Int64, days: Int64, hours: Int64, reference: Reference
) -> float:
    """Return the probability that windows of one and the same shop differ as much as these; 0 to 1.

    The smallest of three, times three: do the shares of segments differ from day to day beyond the phase
    of the season, do the means within segments from day to day, do they from one hour of the day to another?

    Parameters
    ----------
    sums : (t, k, m) of the reference windows. phases, days, hours : (t,) of each. reference : of their rows.
    """
    shares = reference.by_phase / reference.by_phase.sum(axis=1, keepdims=True)
    counts = sums[..., 0]
    expected = counts.sum(axis=1, keepdims=True) * shares[phases]
    weekdays = len(np.unique(days % 7))
    found = [
        _share_chance(_by(counts, days), _by(expected, days), weekdays),
        _mean_chance(_by(sums, days), reference.variances),
        _mean_chance(_by(sums, hours), reference.variances),
    ]
    return min(1.0, QUESTIONS * min(found))


def _by(values: Float64, groups: Int64) -> Float64:
    """Add up (t, ...) values of each group."""
    _, where = np.unique(groups, return_inverse=True)
    total = np.zeros((int(where.max()) + 1, *values.shape[1:]))
    np.add.at(total, where, values)
    return total


def _share_chance(counts: Float64, expected: Float64, fitted: int) -> float:
    """Chi-square of (g, k) counts; each of `fitted` groups has given its own expectation once."""
    is_read = expected.min(axis=1) >= MIN_EXPECTED
    value = float(np.sum((counts - expected)[is_read] ** 2 / expected[is_read]))
    return _tail(value, (int(is_read.sum()) - fitted) * (counts.shape[1] - 1))


def _mean_chance(sums: Float64, variances: Float64) -> float:
    """Chi-square of the means of (g, k, m) sums around those of all groups together."""
    counts, values = sums[..., :1], sums[..., 1:-1]
    means = values.sum(axis=0) / np.maximum(counts.sum(axis=0), 1.0)
    is_read = np.broadcast_to(counts >= MIN_COUNT, values.shape)
    off = (values - counts * means) ** 2 / (np.maximum(counts, 1.0) * variances)
    freedom = int(is_read.sum()) - int(is_read.any(axis=0).sum())
    return _tail(float(off[is_read].sum()), freedom)


def _tail(value: float, freedom: int) -> float:
    return float(special.gammaincc(freedom / 2, value / 2)) if freedom > 0 else 1.0
