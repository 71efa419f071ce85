"""How far two histograms over the same bins lie apart, and quantiles read from one."""

from math import log
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import rel_entr

from shared.core.arrays import Float64, Int64

SMOOTHING: Final = 0.5
"""Added to every count before PSI: an empty bin then costs a bounded amount instead of infinity."""

PSI_PER_JSD: Final = 8 * log(2)
"""How many times larger the PSI of two like distributions is than their JSD in bits, to second order."""


def psi(reference: Int64, current: Int64) -> float | None:
    """Return the population stability index of two counts (k,), smoothed; None if either is empty.

    References
    ----------
    Yurdakul (2018), Statistical properties of the population stability index.
    """
    if not (reference.sum() and current.sum()):
        return None
    p, q = _shares(reference + SMOOTHING), _shares(current + SMOOTHING)
    return float(np.sum((q - p) * np.log(q / p)))


def jsd(reference: Int64, current: Int64) -> float | None:
    """Return the Jensen-Shannon divergence of two counts (k,) in bits, 0..1; None if either is empty."""
    if not (reference.sum() and current.sum()):
        return None
    p, q = _shares(reference), _shares(current)
    between = (p + q) / 2
    # Rounding can take like shares a hair below zero; scipy's `jensenshannon` is not a number then.
    return max(0.0, float(np.sum(rel_entr(p, between) + rel_entr(q, between))) / log(4))


def ks(reference: Int64, current: Int64) -> float | None:
    """Return the largest distance of two cumulative histograms (b,), 0..1; None if either is empty.

    Between the edges of bins nothing is known, so this is a lower bound of the Kolmogorov-Smirnov distance.
    """
    apart = _apart(reference, current)
    return None if apart is None else float(np.abs(apart).max(initial=0.0))


def wasserstein(reference: Int64, current: Int64, edges: Float64) -> float | None:
    """Return the earth mover's distance of two histograms (b + 1,) in units of their edges (b,).

    The area between both cumulative histograms from the first edge to the last, straight lines between
    edges; what moves beyond the outer edges is not seen. None if either is empty.
    """
    apart = _apart(reference, current)
    return None if apart is None else float(np.trapezoid(np.abs(apart), edges))


def quantile(counts: Int64, share: float) -> float | None:
    """Return below how many bins (a fraction of the last one included) `share` of the counts (b,) lies.

    Counts are taken as spread evenly over their bin. None if there are none.
    """
    total = int(counts.sum())
    if not total:
        return None
    cumulated = np.cumsum(counts)
    wanted = share * total
    at = int(np.searchsorted(cumulated, wanted))
    below = float(cumulated[at] - counts[at])
    return at + (wanted - below) / float(counts[at])


def _apart(reference: Int64, current: Int64) -> Float64 | None:
    """Difference of the cumulative shares at the inner edges, (b - 1,)."""
    if not (reference.sum() and current.sum()):
        return None
    apart: Float64 = (np.cumsum(_shares(current)) - np.cumsum(_shares(reference)))[:-1]
    return apart


def _shares(counts: NDArray[Any]) -> Float64:
    shares: Float64 = counts / counts.sum()
    return shares
