"""How strongly a unit learns what another unit has won, by their distance on the grid."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Literal

import numpy as np

from shared.core.arrays import Float64
from shared.core.som.grid import SomGrid
from shared.errors import InvalidConfig

Kind = Literal["gaussian", "bubble", "mexican_hat", "triangle"]
Profile = Callable[[Float64, float], Float64]


def gaussian(distance: Float64, sigma: float) -> Float64:
    """Return exp(-d^2 / 2 sigma^2)."""
    return np.exp(-(distance**2) / (2 * sigma**2))


def bubble(distance: Float64, sigma: float) -> Float64:
    """Return 1 within `sigma` (exclusive), 0 beyond."""
    return (distance < sigma).astype(np.float64)


def mexican_hat(distance: Float64, sigma: float) -> Float64:
    """Return exp(-d^2 / 2 sigma^2) (1 - d^2 / sigma^2): negative beyond `sigma`."""
    squared = (distance / sigma) ** 2
    return np.exp(-squared / 2) * (1 - squared)


def triangle(distance: Float64, sigma: float) -> Float64:
    """Return 1 - d / sigma, not below 0."""
    return np.maximum(0.0, 1 - distance / sigma)


PROFILES: MappingProxyType[str, Profile] = MappingProxyType(
    {"gaussian": gaussian, "bubble": bubble, "mexican_hat": mexican_hat, "triangle": triangle}
)


def matrix(grid: SomGrid, kind: Kind, sigma: float) -> Float64:
    """Return H (n_units, n_units): H[i, j] is how strongly unit i learns what unit j has won.

    Parameters
    ----------
    sigma : radius in grid units, > 0.

    Raises
    ------
    InvalidConfig : an unknown kind, or a radius that is not positive.
    """
    if kind not in PROFILES:
        msg = f"neighbourhood must be one of {sorted(PROFILES)}, got {kind!r}; choose one of them"
        raise InvalidConfig(msg)
    if not sigma > 0:
        msg = f"sigma must be above 0 grid units, got {sigma}; raise sigma"
        raise InvalidConfig(msg)
    return PROFILES[kind](grid.distances(), sigma)
