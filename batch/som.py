"""Step 6: the map."""

import numpy as np
from numpy.typing import NDArray

from shared.core.artifact import SomArtifact
from shared.core.som.grid import SomGrid
from shared.core.som.grid_size import grid_size
from shared.core.som.quality import neuron_utility
from shared.core.som.train import train_som
from shared.core.som.units import best_two_units

SIZED_FOR = 400
"""Customers a map is sized for at most: 5 sqrt(400) = 100 units. More units would tell more customers apart
than anybody can look at, and every one costs the stream time."""
LONGEST_SIDE = 15


def fit_som(X: NDArray[np.float64], seed: int) -> SomArtifact:
    """Train a map of about 100 units, its sides after the spread of X (n, d)."""
    rows, cols = (min(side, LONGEST_SIDE) for side in grid_size(min(len(X), SIZED_FOR), X))
    grid = SomGrid(rows, cols)
    trained = train_som(X, grid, rng=np.random.default_rng(seed))
    hits = np.bincount(best_two_units(X, trained.weights).first, minlength=grid.n_units)
    return SomArtifact(
        rows=rows,
        cols=cols,
        topology=grid.topology,
        toroidal=grid.toroidal,
        sigma=trained.sigma,
        weights=trained.weights,
        quantization_error=trained.quantization_error,
        topographic_error=trained.topographic_error,
        unit_use=neuron_utility(hits),
    )
