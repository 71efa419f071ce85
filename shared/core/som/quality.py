"""How well a map fits its rows and keeps their order. Undefined values are NaN, never an exception."""

import numpy as np

from shared.core.arrays import Float64, Int64
from shared.core.som.grid import SomGrid
from shared.core.som.units import BestUnits

# Rows whose distances to all units are held at once: 4096 x 225 floats are 7 MB.


def quantization_error(best: BestUnits, sample_weights: Float64 | None = None) -> float:
    """Return the mean distance to the best unit, in scaled feature units; NaN without rows."""
    return _mean(best.first_distances, sample_weights)


def topographic_error(best: BestUnits, grid: SomGrid, sample_weights: Float64 | None = None) -> float:
    """Return the share of rows whose two best units do not touch; NaN without rows, 0 on a map of one unit.

    References
    ----------
    Kiviluoto (1996), Topology preservation in self-organizing maps, ICNN.
    """
    if grid.n_units == 1:
        return 0.0 if len(best.first) else np.nan
    torn = ~grid.adjacency()[best.first, best.second]
    return _mean(torn.astype(np.float64), sample_weights)


def neuron_utility(unit_counts: Float64 | Int64) -> float:
    """Return the share of units that have won at least one row; NaN without units."""
    return float(np.mean(unit_counts > 0)) if len(unit_counts) else np.nan


def _mean(values: Float64, sample_weights: Float64 | None) -> float:
    if sample_weights is None:
        return float(values.mean()) if len(values) else np.nan
    total = float(sample_weights.sum())
    return float((values * sample_weights).sum()) / total if total > 0 else np.nan
