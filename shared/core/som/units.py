"""The two best matching units of each row."""

from dataclasses import dataclass

import numpy as np

from shared.core.arrays import Float64, Int64, ReadOnlyArrays
from shared.errors import InvalidConfig


@dataclass(frozen=True)
class BestUnits(ReadOnlyArrays):
    """Nearest and second nearest unit of each row; arrays (n,), read-only.

    Distances are Euclidean, in scaled feature units. On a map of one unit `second` is -1 and
    `second_distances` infinite.
    """

    first: Int64
    second: Int64
    first_distances: Float64
    second_distances: Float64


def best_two_units(X: Float64, weights: Float64) -> BestUnits:
    """Return the two units nearest to each row, ties to the lowest index.

    A row's answer depends on that row alone, never on the rows beside it, so that it is the same
    however rows are spread over batches and executors.

    Parameters
    ----------
    X : (n, d) scaled rows. weights : (m, d) unit weights.

    Raises
    ------
    InvalidConfig : widths differ, there is no unit or no feature, or a value is not finite.
    """
    # numba costs a second to import; whoever never assigns should not pay for it.
    from shared.core import compiled  # noqa: PLC0415
    from shared.core.som import kernels  # noqa: PLC0415

    check_operands(X, weights)
    layout = compiled.operand(kernels.unit_layout(weights), np.float64)
    first, second, first_squares, second_squares = kernels.best_two(compiled.operand(X, np.float64), layout)
    if len(weights) == 1:
        second[:] = -1
    return BestUnits(first, second, np.sqrt(first_squares), np.sqrt(second_squares))


def check_operands(X: Float64, weights: Float64) -> None:
    """Raise InvalidConfig unless rows (n, d) and units (m >= 1, d >= 1) agree and are finite."""
    if X.ndim != 2 or weights.ndim != 2 or X.shape[1] != weights.shape[1] or not weights.size:
        msg = (
            f"rows and units must have the same width, and there must be a unit and a feature, "
            f"got rows {X.shape} and units {weights.shape}; use the model's own features"
        )
        raise InvalidConfig(msg)
    if not (np.isfinite(X).all() and np.isfinite(weights).all()):
        msg = "rows and units must be finite, got NaN or infinity; reject such customers before assigning"
        raise InvalidConfig(msg)
