"""What windows are compared with: a frozen summary of the champion's reference rows.

The summary is an estimate itself. Every comparison is between two samples, so that a reference of few
rows makes detectors slower, not louder.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shared.core.windows.yardstick import Float64

SMOOTHING: Final = 0.5
"""Added to every count, so that a segment without reference rows has a share to deviate from."""


@dataclass(frozen=True, eq=False)
class Reference:
    """Shares, means and variances of k segments, and how many rows they rest on.

    Parameters
    ----------
    counts : (k,) rows of each segment. shares : (p, k) expected shares of each of p phases (the days of
        a week), one phase if there is no season. means, variances : (k, d + 1) of the marks: residuals,
        then distance. outliers : expected number of outliers among the rows.
    """

    counts: Float64
    shares: Float64
    means: Float64
    variances: Float64
    outliers: float

    def __post_init__(self) -> None:
        for values in (self.counts, self.shares, self.means, self.variances):
            values.setflags(write=False)

    @property
    def n(self) -> float:
        """Rows in all."""
        return float(self.counts.sum())

    def with_phases(self, counts: ArrayLike) -> "Reference":
        """Expect other shares in each phase: counts (p, k) of the reference rows by phase.

        Raises
        ------
        ValueError : the counts are of another number of segments.
        """
        table = np.asarray(counts, dtype=np.float64)
        if table.ndim != 2 or table.shape[1] != len(self.counts):
            msg = f"counts should be (phases, {len(self.counts)}); got {table.shape}"
            raise ValueError(msg)
        return replace(self, shares=smoothed_shares(table))


def summarise(marks: Float64, labels: ArrayLike, k: int) -> Reference:
    """Summarise reference rows.

    Parameters
    ----------
    marks : (n, d + 3) of the rows, see `Yardstick.marks`. labels : (n,) segment.
    """
    who = np.asarray(labels, dtype=np.int64)
    counts = np.bincount(who, minlength=k).astype(np.float64)
    first, second = (_mean_by(marks[:, 1:-1] ** power, who, counts) for power in (1, 2))
    variances = np.where(counts[:, None] > 1, second - first**2, 1.0)
    return Reference(
        counts=counts,
        shares=smoothed_shares(counts[None, :]),
        means=first,
        variances=np.maximum(variances, np.finfo(float).tiny),
        outliers=float(marks[:, -1].sum()) + SMOOTHING,
    )


def smoothed_shares(counts: Float64) -> Float64:
    """Return shares of counts (..., k) along the last axis, none of them 0."""
    padded = counts + SMOOTHING
    shares: Float64 = padded / padded.sum(axis=-1, keepdims=True)
    return shares


def _mean_by(values: Float64, who: NDArray[np.int64], counts: Float64) -> Float64:
    sums = np.zeros((len(counts), values.shape[1]))
    np.add.at(sums, who, values)
    means: Float64 = sums / np.maximum(counts, 1)[:, None]
    return means
