"""What windows are compared with: sums over the champion's reference rows, frozen.

The reference is a sample itself. Every comparison is between two samples, so that a reference of few
rows makes detectors slower, not louder.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from shared.core.arrays import Float64, ReadOnlyArrays
from shared.core.windows.window_reference import sums_of

SMOOTHING: Final = 0.5
"""Added to each segment's count, spread over the phases, so that an empty one has a share to deviate from."""


@dataclass(frozen=True, eq=False)
class Reference(ReadOnlyArrays):
    """Sums of the reference rows' marks in k segments.

    Parameters
    ----------
    by_phase : (p, k) rows of each segment in each of p phases (the days of a week; one phase if there
        is no season), smoothed. sums : (k, m) of the marks, see `WindowReference.marks`.
    variances : (k, d + 1) of residuals and distance within each segment.
    """

    by_phase: Float64
    sums: Float64
    variances: Float64

    @property
    def n_phases(self) -> int:
        """Phases of the season, 1 if there is none."""
        return len(self.by_phase)


def summarise(marks: Float64, labels: ArrayLike, k: int, phases: ArrayLike | None = None) -> Reference:
    """Summarise reference rows.

    Parameters
    ----------
    marks : (n, m) of the rows, see `WindowReference.marks`. labels : (n,) segment, below k.
    phases : (n,) phase of each row, 0 to p-1 and none of them empty; None if there is no season.

    Raises
    ------
    ValueError : a phase has no rows.
    """
    who = np.asarray(labels, dtype=np.int64)
    when = np.zeros(len(who), np.int64) if phases is None else np.asarray(phases, dtype=np.int64)
    by_phase = np.zeros((int(when.max()) + 1, k))
    np.add.at(by_phase, (when, who), 1.0)
    if not by_phase.sum(axis=1).all():
        msg = f"every phase should have reference rows; got {by_phase.sum(axis=1).tolist()}"
        raise ValueError(msg)
    sums = sums_of(marks, who, k)
    return Reference(by_phase + SMOOTHING / len(by_phase), _smoothed(sums), _variances(marks, who, sums))


def _smoothed(sums: Float64) -> Float64:
    smoothed = sums.copy()
    smoothed[:, -1] += SMOOTHING
    return smoothed


def _variances(marks: Float64, who: "np.ndarray[tuple[int], np.dtype[np.int64]]", sums: Float64) -> Float64:
    counts = np.maximum(sums[:, :1], 1.0)
    squares = sums_of(marks**2, who, len(sums))[:, 1:-1] / counts
    variances = np.where(sums[:, :1] > 1, squares - (sums[:, 1:-1] / counts) ** 2, 1.0)
    return np.maximum(variances, np.finfo(float).tiny)
