"""A trained map, as every caller receives it."""

from dataclasses import dataclass

from shared.core.arrays import Float64, ReadOnlyArrays
from shared.core.som.grid import SomGrid
from shared.core.som.neighbourhood import Kind
from shared.core.som.quality import quantization_error, topographic_error
from shared.core.som.units import best_two_units


@dataclass(frozen=True)
class TrainedSom(ReadOnlyArrays):
    """A map after its last pass.

    Attributes
    ----------
    weights : (n_units, d) in scaled feature units, read-only.
    sigma : radius of the last pass, in grid units.
    quantization_error, topographic_error : over the rows it was trained on.
    """

    weights: Float64
    grid: SomGrid
    kind: Kind
    sigma: float
    quantization_error: float
    topographic_error: float


def measured(
    X: Float64,
    sample_weights: Float64,
    weights: Float64,
    *,
    grid: SomGrid,
    kind: Kind,
    sigma: float,
) -> TrainedSom:
    """Return the map with its errors over `X` (n, d)."""
    best = best_two_units(X, weights)
    return TrainedSom(
        weights=weights,
        grid=grid,
        kind=kind,
        sigma=sigma,
        quantization_error=quantization_error(best, sample_weights),
        topographic_error=topographic_error(best, grid, sample_weights),
    )
