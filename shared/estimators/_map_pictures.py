"""What people ask of a trained map by the names that MiniSom has given it."""

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import check_is_fitted, validate_data

from shared.core.arrays import Float64, Int64
from shared.core.som import maps
from shared.core.som.grid import SomGrid
from shared.core.som.units import best_two_units

Place = tuple[int, int]


class MapPictures:
    """Pictures of a fitted map with `grid_` and `weights_`; places are (row, col)."""

    grid_: SomGrid
    weights_: Float64

    def u_matrix(self) -> Float64:
        """Return each unit's mean distance to those it touches, over the largest, (rows, cols)."""
        check_is_fitted(self)
        return maps.u_matrix(self.weights_, self.grid_)

    def winner(self, row: ArrayLike) -> Place:
        """Return the place of the unit nearest to one row, (d,).

        Raises
        ------
        ValueError : it is not one row, or has other features or numbers that are not finite.
        """
        check_is_fitted(self)
        one = np.asarray(row, dtype=np.float64)
        d = self.weights_.shape[1]
        if one.shape != (d,) or not np.isfinite(one).all():
            msg = (
                f"winner takes one row of {d} finite numbers, got shape {one.shape}; `predict` takes several"
            )
            raise ValueError(msg)
        return divmod(int(best_two_units(one[None], self.weights_).first[0]), self.grid_.cols)

    def win_map(self, X: ArrayLike) -> dict[Place, Int64]:
        """Return which rows, by their numbers, each place has won; places that win none are left out."""
        units = self._units(X)
        order = np.argsort(units, kind="stable")
        winners, starts = np.unique(units[order], return_index=True)
        rows = np.split(order, starts[1:])
        return {divmod(unit, self.grid_.cols): won for unit, won in zip(winners.tolist(), rows, strict=False)}

    def _units(self, X: ArrayLike) -> Int64:
        check_is_fitted(self)
        return best_two_units(validate_data(self, X, dtype=np.float64, reset=False), self.weights_).first
