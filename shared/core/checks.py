"""What the numeric core refuses: wrong shapes and values that no distance can be computed from."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shared.core.arrays import Float64

# Beyond this a squared distance may no longer fit into a float.
LARGEST = 1e150


def checked_table(values: ArrayLike, name: str) -> Float64:
    """Return `values` as (n, d) floats; ValueError if a value is not finite or beyond 1e150."""
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2:
        msg = f"{name} should have two dimensions; got the shape {table.shape}"
        raise ValueError(msg)
    # Written so that NaN, for which every comparison is false, fails it too.
    if table.size and not (table.min() > -LARGEST and table.max() < LARGEST):
        msg = f"{name} should be finite and within +-1e150; remove or rescale the rows that are not"
        raise ValueError(msg)
    return table


def checked_centers(centers: ArrayLike) -> Float64:
    """Return `centers` as (k, d) floats; ValueError if there is none or one is not finite."""
    prototypes = checked_table(centers, "centers")
    if not len(prototypes):
        msg = "centers should hold at least one prototype; got none; seed them first"
        raise ValueError(msg)
    return prototypes


def check_same_width(rows: NDArray[Any], centers: Float64) -> None:
    """Raise ValueError unless `rows` is (n, d) with the d of the centers."""
    if rows.ndim != 2 or rows.shape[1] != centers.shape[1]:
        msg = f"rows should be (n, {centers.shape[1]}) like the centers; got {rows.shape}"
        raise ValueError(msg)


def checked_weights(weights: ArrayLike, n: int) -> Float64:
    """Return `weights` as (n,) floats; ValueError if one is negative, not finite, or missing."""
    scales = np.asarray(weights, dtype=np.float64)
    if scales.shape != (n,):
        msg = f"weights should be ({n},), one for each row; got {scales.shape}"
        raise ValueError(msg)
    if not (np.isfinite(scales) & (scales >= 0)).all():
        msg = "weights should be finite and not negative; correct or leave out those rows"
        raise ValueError(msg)
    return scales


def checked_labels(labels: ArrayLike, n: int, k: int) -> NDArray[np.integer[Any]]:
    """Return `labels` as (n,) integers; ValueError if one is missing or not from 0 to k - 1."""
    owners = np.asarray(labels)
    if not np.issubdtype(owners.dtype, np.integer):
        msg = f"labels should be integers, as in `labels_`; got {owners.dtype}"
        raise ValueError(msg)
    if owners.shape != (n,):
        msg = f"labels should be ({n},), one for each row; got {owners.shape}"
        raise ValueError(msg)
    is_strange = (owners < 0) | (owners >= k)
    if is_strange.any():
        row = int(is_strange.argmax())
        msg = f"labels should be from 0 to {k - 1}; got {owners[row]} for row {row}"
        raise ValueError(msg)
    return owners
