"""What a row of a window is measured with: frozen on the champion's reference rows.

Rows become sums, and only the sums are kept. A row says five things: its segment, where it lies in
it, how far from the center, and whether farther than almost every reference row.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from shared.core.arrays import Float64, Int64, ReadOnlyArrays
from shared.core.checks import checked_table

REACH: Final = 3.0
"""Standard deviations that a single row may count for, so that heavy tails cannot drown a mean."""

OUTLIER_QUANTILE: Final = 0.995
"""Rows of a segment beyond this quantile of the reference's distances are outliers."""

MIN_ROWS: Final = 30
"""Reference rows that a segment's own spread is estimated from; smaller ones share everybody's."""


@dataclass(frozen=True, eq=False)
class WindowReference(ReadOnlyArrays):
    """The frozen measures of k segments in d features.

    Parameters
    ----------
    means : (k, d) of the reference rows of each segment. whitenings : (k, d, d), so that
        `(row - mean) @ whitening` has unit variance and no correlation within its segment.
    typical_distances, distance_spreads : (k,) mean and standard deviation of distances to the own center.
    outliers_from : (k,) distance beyond which a row is an outlier.
    """

    means: Float64
    whitenings: Float64
    typical_distances: Float64
    distance_spreads: Float64
    outliers_from: Float64

    @property
    def shape(self) -> tuple[int, int]:
        """Segments and features, (k, d)."""
        k, d = self.means.shape
        return k, d

    def marks(self, X: ArrayLike, labels: ArrayLike, distances: ArrayLike) -> Float64:
        """Measure n rows.

        Parameters
        ----------
        X : (n, d) scaled features. labels : (n,) segment, 0 to k-1. distances : (n,) to the own center.

        Returns
        -------
        (n, d + 3): 1, the whitened residuals and the standardised distance (both cut at `REACH`), and
        whether the row is an outlier.

        Raises
        ------
        ValueError : lengths or widths disagree, or a label is not a segment's.
        """
        rows, who, far = checked_rows(X, labels, distances)
        if rows.shape[1] != self.shape[1] or (who.size and not 0 <= who.min() <= who.max() < self.shape[0]):
            k, d = self.shape
            msg = f"rows should have {d} features and labels below {k}; got {rows.shape}"
            raise ValueError(msg)
        residuals = np.einsum("nd,nde->ne", rows - self.means[who], self.whitenings[who])
        standardised = (far - self.typical_distances[who]) / self.distance_spreads[who]
        measured = np.column_stack([residuals, standardised])
        outliers = far > self.outliers_from[who]
        return np.column_stack([np.ones(len(rows)), np.clip(measured, -REACH, REACH), outliers])


def fit_window_reference(X: ArrayLike, labels: ArrayLike, distances: ArrayLike, k: int) -> WindowReference:
    """Freeze the measures on reference rows.

    Parameters
    ----------
    X : (n, d). labels, distances : (n,). k : number of segments, empty ones allowed.

    Raises
    ------
    ValueError : there are fewer than `MIN_ROWS` rows, or lengths disagree.
    """
    rows, who, far = checked_rows(X, labels, distances)
    if len(rows) < MIN_ROWS:
        msg = f"a reference should have at least {MIN_ROWS} rows; got {len(rows)}"
        raise ValueError(msg)
    everybody = np.ones(len(rows), dtype=np.bool_)
    parts = [mine if (mine := who == label).sum() >= MIN_ROWS else everybody for label in range(k)]
    return WindowReference(
        means=np.array([rows[mine].mean(axis=0) for mine in parts]),
        whitenings=np.array([_whitening(rows[mine]) for mine in parts]),
        typical_distances=np.array([far[mine].mean() for mine in parts]),
        distance_spreads=np.array([max(far[mine].std(), np.finfo(float).tiny) for mine in parts]),
        outliers_from=np.array([np.quantile(far[mine], OUTLIER_QUANTILE) for mine in parts]),
    )


def checked_rows(X: ArrayLike, labels: ArrayLike, distances: ArrayLike) -> tuple[Float64, Int64, Float64]:
    """Return rows (n, d), labels (n,) and distances (n,); ValueError if their lengths disagree."""
    rows, who = checked_table(X, "X"), np.asarray(labels, dtype=np.int64)
    far = np.asarray(distances, dtype=np.float64)
    if who.shape != (len(rows),) or far.shape != (len(rows),):
        msg = f"labels and distances should be ({len(rows)},); got {who.shape} and {far.shape}"
        raise ValueError(msg)
    return rows, who, far


def sums_of(marks: Float64, labels: ArrayLike, k: int) -> Float64:
    """Add the marks of each segment: (k, d + 3). Sums of parts add up to the sums of the whole."""
    sums = np.zeros((k, marks.shape[1]))
    np.add.at(sums, np.asarray(labels, dtype=np.int64), marks)
    return sums


def _whitening(rows: Float64) -> Float64:
    values, vectors = np.linalg.eigh(np.cov(rows, rowvar=False).reshape(rows.shape[1], -1))
    # A feature that does not vary in a segment would otherwise turn rounding into news.
    floor = max(values.max() * 1e-6, np.finfo(float).tiny)
    whitening: Float64 = vectors / np.sqrt(np.maximum(values, floor))
    return whitening
