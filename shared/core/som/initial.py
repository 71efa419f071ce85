"""Where the units start."""

from typing import Literal, get_args

import numpy as np

from shared.core.arrays import Float64
from shared.core.som.grid import SomGrid
from shared.errors import InvalidConfig

Initial = Literal["pca", "sample", "random"]


def initial_weights(
    X: Float64,
    grid: SomGrid,
    initial: Initial | Float64,
    rng: np.random.Generator,
    *,
    sample_weights: Float64 | None = None,
) -> Float64:
    """Return a new (n_units, d) array of starting weights.

    Parameters
    ----------
    X : (n, d) scaled rows, n >= 1.
    initial : 'pca' spans the plane of the two leading principal components, one standard deviation
        each way, rows along the first; 'sample' draws rows; 'random' draws evenly from the rows'
        bounding box; an array is copied.

    sample_weights : (n,) weight of each row in the principal components, 1 each unless given.

    Raises
    ------
    InvalidConfig : no rows, an unknown name, or an array of another shape than (n_units, d).
    """
    if not len(X):
        msg = "a map needs at least one row to start from, got none; load customers first"
        raise InvalidConfig(msg)
    if isinstance(initial, np.ndarray):
        return _copied(initial, (grid.n_units, X.shape[1]))
    if initial not in get_args(Initial):
        msg = f"initial must be an array or one of {get_args(Initial)}, got {initial!r}; choose one of them"
        raise InvalidConfig(msg)
    if initial == "sample":
        return X[rng.choice(len(X), grid.n_units, replace=len(X) < grid.n_units)].astype(np.float64)
    if initial == "random":
        return rng.uniform(X.min(axis=0), X.max(axis=0), (grid.n_units, X.shape[1]))
    return principal_plane(X, grid, np.ones(len(X)) if sample_weights is None else sample_weights)


def principal_plane(X: Float64, grid: SomGrid, sample_weights: Float64) -> Float64:
    """Return (n_units, d) weights laid evenly on the plane of the two leading principal components.

    A component's sign is fixed by making its largest entry positive, so that equal data give an equal map.

    References
    ----------
    Kohonen (2001), Self-organizing maps, section 3.7, linear initialization.
    """
    total = max(float(sample_weights.sum()), np.finfo(float).tiny)
    mean = sample_weights @ X / total
    centered = X - mean
    variances, components = np.linalg.eigh((centered * sample_weights[:, None]).T @ centered / total)
    leading = components[:, :-3:-1]
    spread = np.sqrt(np.maximum(variances[:-3:-1], 0.0))
    largest = np.abs(leading).argmax(axis=0)
    axes = leading * np.sign(leading[largest, np.arange(leading.shape[1])]) * spread
    row, col = np.meshgrid(_steps(grid.rows), _steps(grid.cols), indexing="ij")
    along = np.column_stack([row.ravel(), col.ravel()])[:, : axes.shape[1]]
    return np.asarray(mean + along @ axes.T)


def _steps(n: int) -> Float64:
    return np.linspace(-1.0, 1.0, n) if n > 1 else np.zeros(1)


def _copied(initial: Float64, shape: tuple[int, int]) -> Float64:
    if initial.shape != shape:
        msg = (
            f"initial weights must be {shape}, got {initial.shape}; use weights of the same grid and features"
        )
        raise InvalidConfig(msg)
    return initial.astype(np.float64)
