"""Step 8: the map, and the tree of its units."""

from dataclasses import dataclass

import numpy as np

from shared.core.arrays import Float64, Int64, ReadOnlyArrays
from shared.core.model.artifact import SomArtifact
from shared.core.som.grid import SomGrid
from shared.core.som.grid_size import grid_size
from shared.core.som.quality import neuron_utility
from shared.core.som.train import train_som
from shared.core.som.two_level import MacroSegments, macro_segments
from shared.core.som.units import best_two_units

SIZED_FOR = 400
"""Customers a map is sized for at most: 5 sqrt(400) = 100 units. More units would tell more customers apart
than anybody can look at, and every one costs the stream time."""
LONGEST_SIDE = 15


@dataclass(frozen=True, eq=False)
class UnitTree(ReadOnlyArrays):
    """A map's units joined by Ward's rule and cut at k. hits : (m,) customers of each unit."""

    hits: Int64
    macro: MacroSegments


def fit_som(X: Float64, seed: int) -> SomArtifact:
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


def join_units(X: Float64, som: SomArtifact, k: int) -> UnitTree:
    """Join the map's units by Ward's rule, each with the weight of its customers, and cut at k."""
    hits = np.bincount(best_two_units(X, som.weights).first, minlength=len(som.weights))
    return UnitTree(hits, macro_segments(som.weights, hits, k=min(k, int(np.count_nonzero(hits)))))
