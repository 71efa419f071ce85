"""Training by the batch rule: pass after pass under a shrinking radius.

Early passes only unroll the map, and a wide radius averages many units: a sample is enough for them.
Measured on 100,000 x 5 rows and 15 x 15 units, 30 passes of which the last two saw all rows ended at
the same quantization and topographic error as 30 full passes, in a sixth of the time.
"""

import numpy as np

from shared.core.arrays import Float64, Int64
from shared.core.som.decay import DecayKind, Schedule
from shared.core.som.grid import SomGrid
from shared.core.som.initial import Initial, initial_weights
from shared.core.som.neighbourhood import Kind
from shared.core.som.passes import batch_pass
from shared.core.som.trained import TrainedSom, measured

# 10 and 40 rows a unit were tried as well: 10 costs 0.1 % in quantization error, 40 gains nothing.
COARSE_ROWS_PER_UNIT = 20
FULL_PASSES = 2


def train_som(
    X: Float64,
    grid: SomGrid,
    *,
    epochs: int = 30,
    sigma_start: float | None = None,
    sigma_end: float = 1.0,
    decay: DecayKind = "asymptotic",
    kind: Kind = "gaussian",
    initial: Initial | Float64 = "pca",
    rng: np.random.Generator,
    weights: Float64 | None = None,
) -> TrainedSom:
    """Train a map.

    Parameters
    ----------
    X : (n, d) scaled rows, n >= 1.
    epochs : passes of the whole schedule. The last two see all rows; the others a sample of 20 rows a
        unit, where there are more.
    sigma_start, sigma_end : radius of the first and the last pass, grid units; the start is half the
        longer side unless given.
    initial : see `initial_weights`; an array of weights to go on from.
    weights : (n,) weight of each row, 1 each unless given.

    Raises
    ------
    InvalidConfig : see `Schedule`, `initial_weights`, `matrix` and `best_two_units`.

    References
    ----------
    Kohonen (2013), Essentials of the self-organizing map, Neural Networks 37, section 4.3.
    """
    start = max(sigma_end, max(grid.rows, grid.cols) / 2) if sigma_start is None else sigma_start
    schedule = Schedule(epochs, start, sigma_end, decay)
    row_weights = np.ones(len(X)) if weights is None else weights
    n_coarse = COARSE_ROWS_PER_UNIT * grid.n_units
    order = rng.permutation(len(X)) if len(X) > n_coarse else None
    units = initial_weights(X, grid, initial, rng, sample_weights=row_weights)
    for epoch in range(epochs):
        rows = _rows_of_pass(order, n_coarse, epoch, epochs)
        units = batch_pass(X[rows], row_weights[rows], units, grid=grid, kind=kind, sigma=schedule.at(epoch))
    return measured(X, row_weights, units, grid=grid, kind=kind, sigma=schedule.at(epochs - 1))


def _rows_of_pass(order: Int64 | None, n_coarse: int, epoch: int, epochs: int) -> Int64 | slice:
    """Return which rows a pass sees: each coarse pass the next rows of one random order, round and round."""
    if order is None or epoch >= epochs - FULL_PASSES:
        return slice(None)
    return order.take(np.arange(epoch * n_coarse, (epoch + 1) * n_coarse), mode="wrap")
