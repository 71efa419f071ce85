"""The grid of a map: where its units lie and which of them touch.

Knows nothing of data or weights. Unit `row * cols + col` lies at (row, col).
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import sqrt
from typing import Literal

import numpy as np

from shared.core.arrays import Bool, Float64, read_only
from shared.errors import InvalidConfig

Topology = Literal["rectangular", "hexagonal"]

# Height of one row of hexagons whose centers are one apart.
_HEX_ROW = sqrt(3) / 2
# Farthest neighbour that still touches: the diagonal of a square, the side of a hexagon lattice.
_REACH = {"rectangular": sqrt(2), "hexagonal": 1.0}
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class SomGrid:
    """Shape of a map.

    Parameters
    ----------
    rows, cols : number of units along each side, >= 1.
    topology : 'rectangular' units touch eight others, 'hexagonal' units six. In a hexagonal grid
        every odd row is shifted right by half a unit and rows lie sqrt(3)/2 apart.
    toroidal : opposite borders touch. A hexagonal torus needs an even number of rows, or the
        shifted rows would not meet.

    Raises
    ------
    InvalidConfig : a side below 1, an unknown topology, or a hexagonal torus with odd rows.
    """

    rows: int
    cols: int
    topology: Topology = "rectangular"
    toroidal: bool = False

    def __post_init__(self) -> None:
        if self.rows < 1 or self.cols < 1:
            msg = f"a map needs at least 1 x 1 units, got {self.rows} x {self.cols}; raise rows or cols"
            raise InvalidConfig(msg)
        if self.topology not in _REACH:
            msg = f"topology must be one of {sorted(_REACH)}, got {self.topology!r}; choose one of them"
            raise InvalidConfig(msg)
        if self.topology == "hexagonal" and self.toroidal and self.rows % 2:
            msg = f"a hexagonal torus needs an even number of rows, got {self.rows}; add or drop one row"
            raise InvalidConfig(msg)

    @property
    def n_units(self) -> int:
        """Number of units."""
        return self.rows * self.cols

    def positions(self) -> Float64:
        """Return where each unit lies, (n_units, 2) as (row, col) in grid units; read-only."""
        return _positions(self)

    def distances(self) -> Float64:
        """Return Euclidean grid distances (n_units, n_units), the shorter way round on a torus; read-only."""
        return _distances(self)

    def adjacency(self) -> Bool:
        """Return which units touch, (n_units, n_units); no unit touches itself; read-only."""
        return _adjacency(self)


@lru_cache(maxsize=64)
def _positions(grid: SomGrid) -> Float64:
    row, col = (axis.ravel().astype(np.float64) for axis in np.indices((grid.rows, grid.cols)))
    if grid.topology == "hexagonal":
        col += 0.5 * (row % 2)
        row *= _HEX_ROW
    return read_only(np.column_stack([row, col]))


@lru_cache(maxsize=64)
def _distances(grid: SomGrid) -> Float64:
    at = _positions(grid)
    apart = at[:, None, :] - at[None, :, :]
    height = grid.rows * (_HEX_ROW if grid.topology == "hexagonal" else 1.0)
    turns = product((-1, 0, 1), repeat=2) if grid.toroidal else [(0, 0)]
    shifts = [np.array([up * height, right * grid.cols]) for up, right in turns]
    return read_only(np.min([np.linalg.norm(apart + shift, axis=2) for shift in shifts], axis=0))


@lru_cache(maxsize=64)
def _adjacency(grid: SomGrid) -> Bool:
    touching = _distances(grid) <= _REACH[grid.topology] + _TOLERANCE
    np.fill_diagonal(touching, val=False)
    return read_only(touching)
