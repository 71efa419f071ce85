"""Numbers as int64 multiples of 2^-32: sums that do not depend on order, batching or history.

A float sum changes with the order of its terms, so a customer added and later taken out leaves
a residue. Integers leave none. 2^-32 is 2.3e-10 of a standard deviation in scaled features; the
range of +-2^31 leaves room for two million customers a thousand standard deviations away.

Examples
--------
>>> 0.1 + 0.2 - 0.2 == 0.1
False
>>> a, b = to_fixed([0.1, 0.2])
>>> a + b - b == a
np.True_
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shared.core.arrays import Float64, Int64

SCALE = 2**32
LIMIT = 2.0**31


def to_fixed(x: ArrayLike) -> Int64:
    """Round to the nearest multiple of 2^-32, halves to even.

    Raises
    ------
    ValueError : a value is not finite, or its magnitude is 2^31 or more.
    """
    values = np.asarray(x, dtype=np.float64)
    # Written so that NaN, for which every comparison is false, fails it too.
    if values.size and not (values.min() > -LIMIT and values.max() < LIMIT):
        msg = (
            "fixed-point values should be finite and between -2^31 and 2^31; "
            f"got {_worst(values)!r}; scale the features first"
        )
        raise ValueError(msg)
    fixed: Int64 = np.rint(values * SCALE).astype(np.int64)
    return fixed


def from_fixed(a: ArrayLike) -> Float64:
    """Turn fixed-point numbers into floats; exact for every value that `to_fixed` returns."""
    return np.asarray(a, dtype=np.int64).astype(np.float64) / SCALE


def checked_add(a: ArrayLike, b: ArrayLike) -> Int64:
    """Add int64 arrays; a result outside int64 is an OverflowError instead of a wrong number."""
    left, right = np.asarray(a, dtype=np.int64), np.asarray(b, dtype=np.int64)
    total: Int64 = left + right
    # A sum wrapped round iff both terms have the one sign and the total has the other.
    _refuse_wrap((left ^ total) & (right ^ total), "sum")
    return total


def checked_subtract(a: ArrayLike, b: ArrayLike) -> Int64:
    """Subtract int64 arrays; a result outside int64 is an OverflowError instead of a wrong number."""
    left, right = np.asarray(a, dtype=np.int64), np.asarray(b, dtype=np.int64)
    rest: Int64 = left - right
    _refuse_wrap((left ^ right) & (left ^ rest), "difference")
    return rest


def sum_by_label(values_fixed: ArrayLike, labels: ArrayLike, k: int) -> Int64:
    """Sum the rows of each label, exactly.

    Parameters
    ----------
    values_fixed : (n, d) int64.
    labels : (n,) integers below `k`; a negative label means nobody, and its row is left out.
    k : number of labels.

    Returns
    -------
    (k, d) int64, whatever the order of the rows.

    Raises
    ------
    ValueError : shapes disagree, or a label is `k` or more.
    OverflowError : a sum does not fit into int64.

    Examples
    --------
    >>> sums = sum_by_label(to_fixed([[1.5], [2.0], [0.25], [9.0]]), [0, 1, 0, -1], k=3)
    >>> from_fixed(sums).tolist()
    [[1.75], [2.0], [0.0]]
    """
    # numba costs a second to import; whoever never sums should not pay for it.
    from shared.core import compiled, fixed_point_loops  # noqa: PLC0415

    values, owners = np.asarray(values_fixed), np.asarray(labels)
    _check_labels(values, owners, k)
    high = np.zeros((k, values.shape[1]), dtype=np.int64)
    low = np.zeros_like(high)
    fixed_point_loops.add_by_label(
        compiled.operand(values, np.int64), compiled.operand(owners, np.int64), high, low
    )
    return join_halves(high, low)


def join_halves(high: Int64, low: Int64) -> Int64:
    """Return high * 2^32 + low, or an OverflowError where that does not fit into int64."""
    carried = high + (low >> 32)
    if carried.size and not (carried.min() >= -(2**31) and carried.max() < 2**31):
        msg = "a fixed-point sum should stay between -2^31 and 2^31; it does not; scale the features first"
        raise OverflowError(msg)
    joined: Int64 = (carried << 32) | (low & (SCALE - 1))
    return joined


def _refuse_wrap(sign: Int64, what: str) -> None:
    if np.any(sign < 0):
        msg = (
            f"a fixed-point {what} should stay between -2^31 and 2^31; it does not; scale the features first"
        )
        raise OverflowError(msg)


def _check_labels(values: NDArray[Any], labels: NDArray[Any], k: int) -> None:
    if values.ndim != 2 or labels.shape != values.shape[:1]:
        msg = f"values should be (n, d) and labels (n,); got {values.shape} and {labels.shape}"
        raise ValueError(msg)
    if labels.size and not np.issubdtype(labels.dtype, np.integer):
        msg = f"labels should be integers; got {labels.dtype}"
        raise ValueError(msg)
    if labels.size and labels.max() >= k:
        msg = f"labels should be below k={k}; got {labels.max()}"
        raise ValueError(msg)


def _worst(values: Float64) -> float:
    finite = np.isfinite(values)
    return float(values[~finite][0] if not finite.all() else values.flat[np.abs(values).argmax()])
