"""The champion of a mixture: frozen centers, what windows are measured with, what they are compared with."""

from dataclasses import dataclass

import numpy as np

from benchmarks.drift.mixtures import REFERENCE_ROWS, WINDOW_ROWS, Family, Mixture, Onset
from shared.core.arrays import Float64, Int64
from shared.core.kmeans.assignment import Assignment, assign
from shared.core.windows.reference import Reference, summarise
from shared.core.windows.window_reference import WindowReference, fit_window_reference, sums_of

PASSES = 5
WEEK = 7


@dataclass(frozen=True, eq=False)
class MixtureChampion:
    """A mixture, and what was fitted on a sample of it: rows (n, d), their labels, distances and marks."""

    mixture: Mixture
    rows: Float64
    placed: Assignment
    centers: Float64
    window_reference: WindowReference
    marks: Float64
    reference: Reference

    @property
    def k(self) -> int:
        """Number of segments."""
        return len(self.centers)

    @property
    def n_phases(self) -> int:
        """Phases of the season, 1 if there is none."""
        return self.reference.n_phases

    def sums(self, rows: Float64, placed: Assignment) -> Float64:
        """Measure a window: (k, m)."""
        return sums_of(
            self.window_reference.marks(rows, placed.labels, placed.distances), placed.labels, self.k
        )


@dataclass(frozen=True, eq=False)
class Window:
    """Rows of a window and where the champion puts them."""

    rows: Float64
    placed: Assignment


def champion(family: Family, seed: int, stream: int) -> MixtureChampion:
    """Draw a mixture and fit its champion; the same for the same three arguments."""
    rng = np.random.default_rng([seed, stream, 1])
    mixture = family.draw(rng)
    phases = np.repeat(np.arange(WEEK), REFERENCE_ROWS // WEEK + 1)[:REFERENCE_ROWS]
    rows = np.vstack([mixture.draw(int(np.sum(phases == phase)), rng, phase) for phase in range(WEEK)])
    centers = _refined(mixture.centers, rows)
    placed = assign(rows, centers)
    k = len(centers)
    window_reference = fit_window_reference(rows, placed.labels, placed.distances, k)
    marks = window_reference.marks(rows, placed.labels, placed.distances)
    reference = summarise(marks, placed.labels, k, phases if family.season else None)
    return MixtureChampion(mixture, rows, placed, centers, window_reference, marks, reference)


def windows(fitted: MixtureChampion, case: Onset | None, n: int, seed: list[int]) -> list[Window]:
    """Draw n windows, with the case's change from its window on, or quiet ones."""
    rng = np.random.default_rng([*seed, 2])
    drawn = []
    for at in range(n):
        progress = case.progress(at) if case else 0.0
        mixture = fitted.mixture
        if case and progress > 0:
            # The same randomness in every window: one new group, not one in each.
            mixture = case.change(mixture, progress, np.random.default_rng([*seed, 3]))
        rows = mixture.draw(WINDOW_ROWS, rng, at)
        drawn.append(Window(rows, assign(rows, fitted.centers)))
    return drawn


def phases_of(n: int, fitted: MixtureChampion) -> Int64:
    """Return the phases of windows 0 to n-1."""
    return np.arange(n) % fitted.n_phases


def _refined(centers: Float64, rows: Float64) -> Float64:
    for _ in range(PASSES):
        labels = assign(rows, centers).labels
        centers = np.array([rows[labels == label].mean(axis=0) for label in range(len(centers))])
    return centers
