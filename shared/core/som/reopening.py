"""A map that goes on living: it settles at a narrow radius, and is loosened when drift has torn it.

A map held at radius 1 cannot unfold once customers have moved, and a reset would lose the meaning of
every place on it. A wider radius for a few passes lets the units find each other again.
"""

from collections.abc import Sequence

import numpy as np

from shared.core.arrays import Float64
from shared.core.som.batch_rule import smooth
from shared.core.som.grid import SomGrid
from shared.core.som.neighbourhood import Kind
from shared.core.som.passes import won
from shared.core.som.trained import TrainedSom, measured

WIDE_SIGMAS = (2.0,) * 5  # grid units; wide enough to unfold, narrow enough to keep every region in place
SETTLED_SIGMA = 1.0  # grid units; below this the map folds to fit single rows
SETTLING_PASSES = 10
STILL_SHARE = 0.001  # fewer rows than this changing their unit is rest
TOLERATED_RISE = 0.05  # of topographic error, over that of a fresh map


def needs_reopening(topographic_error: float, fresh_topographic_error: float) -> bool:
    """Return whether the map is torn; an undefined error asks for nothing."""
    return topographic_error > fresh_topographic_error + TOLERATED_RISE


def settle(
    X: Float64,
    weights: Float64,
    grid: SomGrid,
    *,
    kind: Kind = "gaussian",
    sample_weights: Float64 | None = None,
) -> TrainedSom:
    """Return the map after passes at radius 1 until fewer than 0.1 % of rows move, ten at most.

    Parameters
    ----------
    X : (n, d) scaled rows. weights : (n_units, d) weights to start from; not changed.

    Raises
    ------
    InvalidConfig : see `best_two_units`.
    """
    return _continued(X, weights, grid, kind, sample_weights, wide=())


def reopen(
    X: Float64,
    weights: Float64,
    grid: SomGrid,
    *,
    kind: Kind = "gaussian",
    sample_weights: Float64 | None = None,
) -> TrainedSom:
    """Return the map after five passes at radius 2, then settled at radius 1; see `settle`."""
    return _continued(X, weights, grid, kind, sample_weights, wide=WIDE_SIGMAS)


def _continued(
    X: Float64,
    weights: Float64,
    grid: SomGrid,
    kind: Kind,
    sample_weights: Float64 | None,
    wide: Sequence[float],
) -> TrainedSom:
    row_weights = np.ones(len(X)) if sample_weights is None else sample_weights
    units = np.full(len(X), -1)
    for done, sigma in enumerate([*wide, *(SETTLED_SIGMA,) * SETTLING_PASSES], start=1):
        taken = won(X, row_weights, weights)
        weights = smooth(taken.sums, taken.counts, grid, sigma, kind, weights)
        n_moved = np.count_nonzero(taken.units != units)
        units = taken.units
        if done > len(wide) and n_moved <= STILL_SHARE * len(X):
            break
    return measured(X, row_weights, weights, grid=grid, kind=kind, sigma=SETTLED_SIGMA)
