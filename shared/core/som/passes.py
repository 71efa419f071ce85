"""One pass of the batch rule over rows in memory."""

from dataclasses import dataclass

import numpy as np

from shared.core.arrays import Float64, Int64, ReadOnlyArrays
from shared.core.som.batch_rule import smooth
from shared.core.som.grid import SomGrid
from shared.core.som.neighbourhood import Kind
from shared.core.som.units import check_operands


@dataclass(frozen=True)
class Won(ReadOnlyArrays):
    """Which unit won each row, and what each unit has won; read-only.

    Attributes
    ----------
    units : (n,) best unit of each row.
    sums : (m, d) weighted sum of each unit's rows. counts : (m,) their weights' sum.
    """

    units: Int64
    sums: Float64
    counts: Float64


def won(X: Float64, sample_weights: Float64, weights: Float64) -> Won:
    """Give each row (n, d), with its weight (n,), to the nearest of the units (m, d).

    Raises
    ------
    InvalidConfig : see `best_two_units`.
    """
    # numba costs a second to import; whoever never trains should not pay for it.
    from shared.core import compiled  # noqa: PLC0415
    from shared.core.som import kernels  # noqa: PLC0415

    check_operands(X, weights)
    layout = compiled.operand(kernels.unit_layout(weights), np.float64)
    rows, row_weights = compiled.operand(X, np.float64), compiled.operand(sample_weights, np.float64)
    units, sums, counts = kernels.won_by_unit(rows, row_weights, layout)
    m = len(weights)
    return Won(units, sums[:m], counts[:m])


def batch_pass(
    X: Float64,
    sample_weights: Float64,
    weights: Float64,
    *,
    grid: SomGrid,
    kind: Kind,
    sigma: float,
) -> Float64:
    """Return the weights (m, d) after one pass at radius `sigma`, grid units."""
    taken = won(X, sample_weights, weights)
    return smooth(taken.sums, taken.counts, grid, sigma, kind, weights)
