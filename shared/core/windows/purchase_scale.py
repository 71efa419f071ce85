"""What purchases are measured with under a champion: the segments that are bought in, features that vary."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from shared.core.arrays import Float64, Int32, Int64
from shared.core.customers.features import RfmColumns
from shared.core.fixed_point import from_fixed
from shared.core.kmeans.assignment import Assignment, assign
from shared.core.model.artifact import ModelArtifact
from shared.core.model.placement import vectors_of
from shared.core.windows.purchases import PurchaseWindow, joined_rows
from shared.core.windows.window_reference import WindowReference, fit_window_reference, sums_of

SMALLEST_SHARE: Final = 0.01
"""Segments in which less of the reference buys are told from no other: no chi-square holds for so few."""

STILL: Final = 1e-9
"""A feature that varies less says nothing: the recency of somebody who is just buying."""


@dataclass(frozen=True, eq=False)
class PurchaseScale:
    """labels : (k,) of the champion's segments that are bought in. columns : (d,) features that vary.

    phases : (p,) hours of the week that the reference has seen, ascending. window_reference : of those rows.
    """

    labels: Int64
    columns: Int64
    phases: Int64
    window_reference: WindowReference

    @property
    def k(self) -> int:
        """Segments that are told apart."""
        return len(self.labels)

    def phase(self, window: PurchaseWindow) -> int | None:
        """Return the window's place among the phases; None if the reference has none such."""
        found = np.flatnonzero(self.phases == window.phase)
        return int(found[0]) if found.size else None

    def sums(self, window: PurchaseWindow, champion: ModelArtifact) -> Float64:
        """Measure a window: (k, d + 3) sums of its marks."""
        marks, labels = self.marks(window, champion)
        return sums_of(marks, labels, self.k)

    def marks(self, window: PurchaseWindow, champion: ModelArtifact) -> tuple[Float64, Int32]:
        """Measure the rows of a window: (n, d + 3) marks and (n,) segments below k."""
        X, placed = _placed(window.rows, champion, window.start_ms, self.labels)
        return self.window_reference.marks(X[:, self.columns], placed.labels, placed.distances), placed.labels

    def placed(self, window: PurchaseWindow, champion: ModelArtifact) -> Assignment:
        """Find the nearest center of the rows of a window, among the segments that are told apart."""
        return _placed(window.rows, champion, window.start_ms, self.labels)[1]


def fit_scale(windows: Sequence[PurchaseWindow], champion: ModelArtifact) -> PurchaseScale | None:
    """Freeze the measures on reference windows; None if all buy in one segment, or no feature varies."""
    rows, start = joined_rows(windows), windows[0].start_ms
    everybody = np.arange(champion.k)
    _, placed = _placed(rows, champion, start, everybody)
    counts = np.bincount(placed.labels, minlength=champion.k)
    labels = np.flatnonzero(counts >= SMALLEST_SHARE * counts.sum())
    X, placed = _placed(rows, champion, start, labels)
    columns = np.flatnonzero(X.std(axis=0) > STILL)
    if len(labels) < 2 or not columns.size:
        return None
    window_reference = fit_window_reference(X[:, columns], placed.labels, placed.distances, len(labels))
    phases = np.unique([window.phase for window in windows])
    return PurchaseScale(labels, columns, phases, window_reference)


def _placed(
    rows: RfmColumns, champion: ModelArtifact, start_ms: int, labels: Int64
) -> tuple[Float64, Assignment]:
    """Return the scaled rows and the nearest of some centers, as at the moment of the purchase."""
    # Measured from no later than the purchase, recency is 0 for everybody.
    X = from_fixed(vectors_of(rows, champion, start_ms))
    return X, assign(X, champion.centers[labels])
