"""What an analyst reads from a map; every picture is (rows, cols), as the grid is."""

import numpy as np

from shared.core.arrays import Float64, Int64
from shared.core.som.grid import SomGrid


def activation_response(units: Int64, grid: SomGrid) -> Int64:
    """Return how many rows each unit has won. units : (n,) best unit of each row."""
    return np.bincount(units, minlength=grid.n_units).reshape(grid.rows, grid.cols)


def u_matrix(weights: Float64, grid: SomGrid) -> Float64:
    """Return each unit's mean distance to the units it touches, over the largest of them.

    High ridges separate regions of like customers. A flat map, and a map of one unit, is all zeros.

    References
    ----------
    Ultsch and Siemon (1990), Kohonen's self organizing feature maps for exploratory data analysis.
    """
    touching = grid.adjacency()
    apart = np.linalg.norm(weights[:, None, :] - weights[None, :, :], axis=2)
    heights: Float64 = np.where(touching, apart, 0.0).sum(axis=1)
    heights /= np.maximum(touching.sum(axis=1), 1)
    highest = heights.max()
    return (heights / (highest if highest > 0 else 1.0)).reshape(grid.rows, grid.cols)


def component_planes(weights: Float64, grid: SomGrid) -> Float64:
    """Return one picture for each feature, (d, rows, cols)."""
    return weights.T.reshape(-1, grid.rows, grid.cols).copy()
