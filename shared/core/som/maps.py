"""What an analyst reads from a map; every picture is (rows, cols), as the grid is.

`units` is always the best unit of each row, (n,).
"""

from collections import Counter
from collections.abc import Hashable, Sequence

import numpy as np

from shared.core.arrays import Float64, Int64
from shared.core.som.grid import SomGrid

Place = tuple[int, int]


def activation(row: Float64, weights: Float64, grid: SomGrid) -> Float64:
    """Return the distance of one row (d,) to every unit, in scaled feature units."""
    distances: Float64 = np.linalg.norm(weights - row, axis=1)
    return distances.reshape(grid.rows, grid.cols)


def activation_response(units: Int64, grid: SomGrid) -> Int64:
    """Return how many rows each unit has won."""
    return np.bincount(units, minlength=grid.n_units).reshape(grid.rows, grid.cols)


def hit_map(units: Int64, grid: SomGrid) -> Float64:
    """Return the share of the rows each unit has won; zeros without rows."""
    return activation_response(units, grid) / max(len(units), 1)


def win_map(units: Int64, grid: SomGrid) -> dict[Place, Int64]:
    """Return the indices of the rows at each place that has won any, in their order."""
    order = np.argsort(units, kind="stable")
    winners, starts = np.unique(units[order], return_index=True)
    members = np.split(order, starts[1:])
    return {_place(unit, grid): rows for unit, rows in zip(winners, members, strict=False)}


def labels_map(units: Int64, labels: Sequence[Hashable], grid: SomGrid) -> dict[Place, Counter[Hashable]]:
    """Return how often each label (n,) occurs at each place that has won any.

    Raises
    ------
    ValueError : there is not one label for each row.
    """
    found: dict[Place, Counter[Hashable]] = {}
    for unit, label in zip(units, labels, strict=True):
        found.setdefault(_place(unit, grid), Counter())[label] += 1
    return found


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


def _place(unit: np.int64, grid: SomGrid) -> Place:
    row, col = divmod(int(unit), grid.cols)
    return row, col
