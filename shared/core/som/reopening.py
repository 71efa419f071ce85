"""Partial re-opening of plasticity: a map that drift has torn is loosened, never reset.

A map held at radius 1 cannot unfold once customers have moved, and a reset would lose the meaning of
every place on it. A wider radius for a few passes lets the units find each other again.
"""

import numpy as np
from numpy.typing import NDArray

from shared.core.som.grid import SomGrid
from shared.core.som.neighbourhood import Kind
from shared.core.som.train import run_passes
from shared.core.som.trained import TrainedSom, measured

WIDE_SIGMA = 2.0  # grid units; wide enough to unfold, narrow enough to keep every region in its place
WIDE_PASSES = 5
SETTLED_SIGMA = 1.0  # below this the map folds to fit single rows
SETTLING_PASSES = 5
# A torn map has a topographic error this much above that of a fresh one.
TOLERATED_RISE = 0.05

REOPENING_SIGMAS = (WIDE_SIGMA,) * WIDE_PASSES + (SETTLED_SIGMA,) * SETTLING_PASSES


def needs_reopening(topographic_error: float, fresh_topographic_error: float) -> bool:
    """Return whether the map is torn; an undefined error asks for nothing."""
    return topographic_error > fresh_topographic_error + TOLERATED_RISE


def reopen(
    X: NDArray[np.float64],
    weights: NDArray[np.float64],
    grid: SomGrid,
    *,
    kind: Kind = "gaussian",
    sample_weights: NDArray[np.float64] | None = None,
) -> TrainedSom:
    """Return the map after five passes at radius 2 and five at radius 1 over `X` (n, d).

    Parameters
    ----------
    weights : (n_units, d) weights of the torn map; not changed.

    Raises
    ------
    InvalidConfig : see `matrix` and `best_two_units`.
    """
    row_weights = np.ones(len(X)) if sample_weights is None else sample_weights
    loosened = run_passes(X, row_weights, weights, grid=grid, kind=kind, sigmas=REOPENING_SIGMAS)
    return measured(
        X,
        row_weights,
        loosened,
        grid=grid,
        kind=kind,
        sigma=SETTLED_SIGMA,
        next_epoch=len(REOPENING_SIGMAS),
    )
