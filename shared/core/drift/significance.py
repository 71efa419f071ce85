"""Whether a change of shares can be noise: critical values, intervals and corrected tests.

They compare the stock with the fit set as if both were drawn anew. Most customers are in both, so the
true noise is smaller: what is called significant here is not noise, what is not may still be a change.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtri, ndtr

from shared.core.arrays import Float64, Int64

Z95: Final = 1.959963984540054
"""Standard errors to either side of an interval of 95 %."""


def psi_critical(reference: Int64, current: Int64, alpha: float) -> float:
    """Return what the PSI of two counts (k,) exceeds with chance `alpha` if nothing has changed.

    The index is about (1/N + 1/M) chi-square with k - 1 degrees of freedom; 0 where that is undefined.

    References
    ----------
    Yurdakul (2018), Statistical properties of the population stability index.
    """
    n, m, k = int(reference.sum()), int(current.sum()), reference.size
    if not n or not m or k < 2:
        return 0.0
    return (1 / n + 1 / m) * float(chdtri(k - 1, alpha))


def share_p_values(reference: Int64, current: Int64) -> Float64:
    """Test each share of two counts (k,) for a change, two-sided; (k,) p-values, 1 where nobody is."""
    n, m = int(reference.sum()), int(current.sum())
    if not n or not m:
        return np.ones(reference.size)
    pooled = (reference + current) / (n + m)
    errors = np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    apart = np.abs(current / m - reference / n)
    z = np.divide(apart, errors, out=np.zeros(reference.size), where=errors > 0)
    p_values: Float64 = 2 * ndtr(-z)
    return p_values


def holm(p_values: ArrayLike) -> Float64:
    """Correct p-values (k,) for their number: the chance of any false one stays below the level.

    References
    ----------
    Holm (1979), A simple sequentially rejective multiple test procedure.
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    steps = np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1))
    corrected = np.empty_like(p)
    corrected[order] = np.minimum(steps, 1.0)
    return corrected


def wilson(counts: Int64, total: int) -> tuple[Float64, Float64]:
    """Return the 95 % interval of shares counts / total, two arrays (k,); 0 to 1 if total is 0.

    References
    ----------
    Wilson (1927), Probable inference, the law of succession, and statistical inference.
    """
    if not total:
        return np.zeros(counts.size), np.ones(counts.size)
    share, z2 = counts / total, Z95**2
    middle = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = Z95 / (1 + z2 / total) * np.sqrt(share * (1 - share) / total + z2 / (4 * total**2))
    return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)


def change_interval(reference: Int64, current: Int64) -> tuple[Float64, Float64]:
    """Return the 95 % interval of how much each share has changed, two arrays (k,), from Wilson's of both.

    References
    ----------
    Newcombe (1998), Interval estimation for the difference between independent proportions, method 10.
    """
    n, m = int(reference.sum()), int(current.sum())
    (low_p, high_p), (low_q, high_q) = wilson(reference, n), wilson(current, m)
    p, q = reference / max(n, 1), current / max(m, 1)
    low = (q - p) - np.hypot(q - low_q, high_p - p)
    high = (q - p) + np.hypot(high_q - q, p - low_p)
    return low, high
