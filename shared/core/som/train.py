"""Training by the batch rule: pass after pass under a shrinking radius."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from shared.core.som.batch_rule import smooth
from shared.core.som.decay import DecayKind, Schedule
from shared.core.som.grid import SomGrid
from shared.core.som.initial import Initial, initial_weights
from shared.core.som.neighbourhood import Kind
from shared.core.som.trained import TrainedSom, measured
from shared.core.som.units import check_operands


def train_som(
    X: NDArray[np.float64],
    grid: SomGrid,
    *,
    epochs: int = 20,
    sigma_start: float | None = None,
    sigma_end: float = 1.0,
    decay: DecayKind = "exponential",
    kind: Kind = "gaussian",
    initial: Initial | NDArray[np.float64] = "pca",
    rng: np.random.Generator,
    weights: NDArray[np.float64] | None = None,
    start_epoch: int = 0,
    stop_epoch: int | None = None,
) -> TrainedSom:
    """Train a map; a part of the schedule may be run now and the rest later.

    Parameters
    ----------
    X : (n, d) scaled rows, n >= 1.
    epochs : passes of the whole schedule.
    sigma_start, sigma_end : radius of the first and the last pass, grid units; the start is half the
        longer side unless given.
    initial : see `initial_weights`; an array of weights to go on from.
    weights : (n,) weight of each row, 1 each unless given.
    start_epoch, stop_epoch : the part of the schedule to run, all of it unless given.

    Raises
    ------
    InvalidConfig : see `Schedule`, `initial_weights`, `matrix` and `best_two_units`.
    """
    start = max(sigma_end, max(grid.rows, grid.cols) / 2) if sigma_start is None else sigma_start
    schedule = Schedule(epochs, start, sigma_end, decay)
    stop = epochs if stop_epoch is None else min(stop_epoch, epochs)
    sigmas = [schedule.at(epoch) for epoch in range(start_epoch, stop)]
    row_weights = np.ones(len(X)) if weights is None else weights
    units = initial_weights(X, grid, initial, rng)
    units = run_passes(X, row_weights, units, grid=grid, kind=kind, sigmas=sigmas)
    sigma = sigmas[-1] if sigmas else schedule.at(stop)
    return measured(X, row_weights, units, grid=grid, kind=kind, sigma=sigma, next_epoch=stop)


def run_passes(
    X: NDArray[np.float64],
    sample_weights: NDArray[np.float64],
    weights: NDArray[np.float64],
    *,
    grid: SomGrid,
    kind: Kind,
    sigmas: Iterable[float],
) -> NDArray[np.float64]:
    """Return the weights (m, d) after one pass over all rows for each radius."""
    for sigma in sigmas:
        sums, counts = unit_statistics(X, sample_weights, weights)
        weights = smooth(sums, counts, grid, sigma, kind, weights)
    return weights


def unit_statistics(
    X: NDArray[np.float64], sample_weights: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what each unit wins: weighted sums (m, d) of its rows and sums of their weights (m,)."""
    from shared.core import compiled  # noqa: PLC0415 - see best_two_units
    from shared.core.som import kernels  # noqa: PLC0415

    check_operands(X, weights)
    layout = compiled.operand(kernels.unit_layout(weights), np.float64)
    rows, row_weights = compiled.operand(X, np.float64), compiled.operand(sample_weights, np.float64)
    sums, counts = kernels.won_by_unit(rows, row_weights, layout)
    m = len(weights)
    return sums[:m], counts[:m]
