"""The limit of each channel that a budget of false alarms buys, by resampling quiet days and customers.

A replicate draws groups of customers with replacement, lines blocks of their days up to a new history,
fits a baseline to its beginning and watches the rest. Whole blocks keep what one day owes to the days
before; whole groups keep that the same customers come again.
"""

from typing import Final

import numpy as np

from shared.core.arrays import Float64, Int64
from shared.core.drift.baseline import (
    GAP_DAYS,
    SMOOTHING,
    fit_baseline,
    long_run_variance,
    standardised,
)
from shared.core.drift.day_flows import GROUPS, channel_values
from shared.core.drift.states import AT_ONCE

REPLICATES: Final = 800
BLOCK_DAYS: Final = 10
"""Longer than the week that the long-run variance looks back."""

SETTLE_DAYS: Final = 14
"""Until the moving average has forgotten that it began at zero."""

WATCHED_DAYS: Final = 56


CAUTION: Final = 2.0
"""Times fewer alarms than asked for that limits aim at. Eight weeks know their own noise, and above all its
tail and what one week owes to the last, only so well; resampling them cannot tell. Measured on simulated
quiet years: see tests/oracle/drift."""


def bootstrap_limits(groups: Int64, weekdays: Int64, run_length_days: float, seed: int) -> Float64:
    """Return the limit of |score| for each channel, (c,).

    An alarm is what `states.advance` takes for one: two days in a row over the limit, or one over
    `AT_ONCE` times it. In `WATCHED_DAYS` quiet days so many replicates alarm as the run length allows.

    Parameters
    ----------
    groups : (r, `GROUPS`, s) sums of quiet days in order. weekdays : (r,).
    run_length_days : mean days from one false alarm of a channel to the next.

    References
    ----------
    Kuensch (1989), The jackknife and the bootstrap for general stationary observations (moving blocks).
    """
    rng = np.random.default_rng(seed)
    residuals = _residuals_of_redrawn_customers(groups, weekdays, rng)
    n_days, n_history = len(groups), GAP_DAYS + SETTLE_DAYS + WATCHED_DAYS
    history = _lined_up(residuals, n_days + n_history, rng)
    watched = _scores(history, n_days)[-WATCHED_DAYS:]
    worst = _worst(np.nan_to_num(np.abs(watched)))
    share = -np.expm1(-WATCHED_DAYS / (CAUTION * run_length_days))
    limits: Float64 = np.quantile(worst, 1 - share, axis=0)
    return limits


def _residuals_of_redrawn_customers(groups: Int64, weekdays: Int64, rng: np.random.Generator) -> Float64:
    """Draw groups of customers anew and remove level and pattern; (r, replicates, c)."""
    weights = rng.multinomial(GROUPS, np.full(GROUPS, 1 / GROUPS), size=REPLICATES)
    r, _, s = groups.shape
    sums = (weights @ groups.transpose(1, 0, 2).reshape(GROUPS, r * s).astype(np.float64)).reshape(-1, r, s)
    values = channel_values(sums).transpose(1, 0, 2)
    flat = values.reshape(r, -1)
    return fit_baseline(flat, weekdays).residuals.reshape(values.shape)


def _lined_up(residuals: Float64, n_days: int, rng: np.random.Generator) -> Float64:
    """Join blocks of days of each replicate, wrapping around, to (n_days, replicates, c)."""
    r, replicates, _ = residuals.shape
    starts = rng.integers(r, size=(-(-n_days // BLOCK_DAYS), 1, replicates))
    days = (starts + np.arange(BLOCK_DAYS)[:, np.newaxis]).reshape(-1, replicates)[:n_days] % r
    lined_up: Float64 = residuals[days, np.arange(replicates)]
    return lined_up


def _scores(history: Float64, n_reference: int) -> Float64:
    """Fit the first days, watch the others; scores (watched days, replicates, c)."""
    reference, rest = history[:n_reference], history[n_reference + GAP_DAYS :]
    phase_of = np.arange(len(history)) % 7
    pattern = np.stack([reference[phase_of[:n_reference] == phase].mean(axis=0) for phase in range(7)])
    off = reference - pattern[phase_of[:n_reference]]
    variance = long_run_variance(off) * n_reference / (n_reference - 7)
    ewma, scores = np.zeros_like(rest[0]), np.empty_like(rest)
    for at, values in enumerate(rest - pattern[phase_of[n_reference + GAP_DAYS :]]):
        ewma = (1 - SMOOTHING) * ewma + SMOOTHING * values
        scores[at] = standardised(ewma, variance, 1 / n_reference)
    return scores


def _worst(sizes: Float64) -> Float64:
    """Return the limit just below which each replicate would have alarmed, (replicates, c)."""
    twice = np.minimum(sizes[1:], sizes[:-1]).max(axis=0)
    worst: Float64 = np.maximum(twice, sizes.max(axis=0) / AT_ONCE)
    return worst
