"""The per-sample rule: every row moves the map a little, in the order the rows come.

The result depends on that order and cannot be taken back, so the stream does not use it; it is here for
notebooks and for comparison with MiniSom, whose steps it repeats.
"""

from collections.abc import Sequence

import numpy as np

from shared.core.arrays import Float64
from shared.core.som.grid import SomGrid
from shared.core.som.neighbourhood import Kind, matrix
from shared.core.som.units import check_operands


def online_step(
    weights: Float64,
    row: Float64,
    neighbourhood: Float64,
    learning_rate: float,
) -> Float64:
    """Return w + learning_rate * h(best unit, .) * (x - w) for all units (m, d).

    Parameters
    ----------
    row : (d,) scaled features. neighbourhood : (m, m), see `matrix`.
    """
    apart = row - weights
    best = int((apart**2).sum(axis=1).argmin())
    moved: Float64 = weights + (learning_rate * neighbourhood[best])[:, None] * apart
    return moved


def train_online(
    X: Float64,
    weights: Float64,
    grid: SomGrid,
    *,
    sigmas: Sequence[float],
    learning_rates: Sequence[float],
    kind: Kind = "gaussian",
) -> Float64:
    """Return the weights (m, d) after one step for each row, in the order given.

    Parameters
    ----------
    X : (n, d) scaled rows. weights : (m, d) weights to start from; not changed.
    sigmas, learning_rates : n values each, for example from `decay`.

    Raises
    ------
    InvalidConfig : see `best_two_units` and `matrix`.
    ValueError : the sequences are not n long.
    """
    check_operands(X, weights)
    last = np.nan
    for row, sigma, rate in zip(X, sigmas, learning_rates, strict=True):
        if sigma != last:
            neighbourhood, last = matrix(grid, kind, sigma), sigma
        weights = online_step(weights, row, neighbourhood, rate)
    return weights
