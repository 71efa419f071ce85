"""How each update rule of `StreamingKMeans` folds a batch into its centers.

The exact rule measures in a power of two of the data's unit: such scaling loses nothing, and
fixed point then fits data of any scale. The two reference rules keep to plain floats, as their
originals do.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from shared.core.fixed_point import from_fixed, to_fixed
from shared.core.kmeans.assignment import assign
from shared.core.kmeans.half_life import HalfLife
from shared.core.kmeans.prototype_sums import BatchStatistics
from shared.core.kmeans.reference_rules import Prototypes, minibatch_update, mllib_update, reassign_small

Float64 = NDArray[np.float64]
Labels = NDArray[np.int32]

# The first batch's largest value lies below 2^5 fixed-point units: 1.5e-11 of it is resolved, and there
# is room for 60 million such rows.
HEADROOM_BITS = 5
# Later rows weigh at most 2^16 before the landmark moves.
LANDMARK_HALF_LIVES = 16


@dataclass(frozen=True, eq=False)
class Batch:
    """Rows X (n, d) with their weights (n,) and times (n,)."""

    X: Float64
    weights: Float64
    times: Float64

    def exponent(self) -> int:
        """Return e such that every value x 2^-e is below 2^HEADROOM_BITS."""
        largest = float(np.abs(self.X).max(initial=0.0))
        return int(np.frexp(largest)[1]) - HEADROOM_BITS if largest else 0


@dataclass(frozen=True, eq=False)
class ExactRule:
    """Sums that rows can be taken out of again; each center is S/N.

    Parameters
    ----------
    centers : (k, d) in units of 2^exponent. fading : None leaves every row at its own weight.
    """

    centers: Float64
    exponent: int
    statistics: BatchStatistics
    fading: HalfLife | None

    @property
    def weights(self) -> Float64:
        """Weight behind each center, (k,)."""
        return from_fixed(self.statistics.weights)

    def learn(self, batch: Batch) -> tuple[Labels, Self]:
        """Add rows to their nearest centers, then move those. Returns labels and the new rule."""
        rule = self._with_landmark_near(batch.times)
        vectors = to_fixed(np.ldexp(batch.X, -rule.exponent))
        labels = assign(from_fixed(vectors), rule.centers).labels
        return labels, rule.moved_by(rule.statistics.merge(rule.sum_of(batch, labels)))

    def forget(self, batch: Batch, labels: Labels) -> Self:
        """Take rows out from the labels that `learn` gave them."""
        rest = self.statistics.subtract(self.sum_of(batch, labels))
        if (rest.counts < 0).any() or (rest.weights < 0).any():
            msg = (
                "rows should be forgotten once, under the labels and weights they were learnt with; "
                f"label {int(np.argmin(rest.counts))} would hold {rest.counts.min()} rows; check `labels`"
            )
            raise ValueError(msg)
        return self.moved_by(rest)

    def sum_of(self, batch: Batch, labels: Labels) -> BatchStatistics:
        """Return what rows under `labels` contribute, faded to the landmark."""
        fading = 1.0 if self.fading is None else self.fading.weights(batch.times)
        vectors = to_fixed(np.ldexp(batch.X, -self.exponent))
        return BatchStatistics.of(vectors, labels, len(self.centers), batch.weights * fading)

    def moved_by(self, statistics: BatchStatistics) -> Self:
        """Return the rule with these sums and its centers at S/N."""
        return replace(self, statistics=statistics, centers=statistics.means(self.centers))

    def _with_landmark_near(self, times: Float64) -> Self:
        newest = float(times.max(initial=-np.inf))
        if self.fading is None or newest < self.fading.landmark + LANDMARK_HALF_LIVES * self.fading.half_life:
            return self
        statistics = self.fading.rescaled(self.statistics, newest)
        return replace(self, statistics=statistics, fading=self.fading.moved_to(newest))


@dataclass(frozen=True, eq=False)
class _CountedRule:
    """A rule whose state is centers and the weight behind each."""

    prototypes: Prototypes

    exponent = 0

    @property
    def centers(self) -> Float64:
        """Centers, (k, d)."""
        return self.prototypes.centers

    @property
    def weights(self) -> Float64:
        """Weight behind each center, (k,)."""
        return self.prototypes.weights


@dataclass(frozen=True, eq=False)
class MiniBatchRule(_CountedRule):
    """scikit-learn's cumulative means, with its reassignment of small clusters if the ratio says so."""

    reassignment_ratio: float
    rng: np.random.RandomState
    n_since_check: int = 0

    def learn(self, batch: Batch) -> tuple[Labels, Self]:
        """Fold rows into their nearest centers. Returns labels (before the move) and the new rule."""
        labels = assign(batch.X, self.centers).labels
        prototypes = minibatch_update(self.prototypes, batch.X, sample_weights=batch.weights)
        # scikit-learn counts a batch as at most 1024 rows, its default batch_size.
        n_seen = self.n_since_check + min(len(batch.X), 1024)
        is_due = n_seen >= 10 * len(self.centers) or bool((self.weights == 0).any())
        if is_due and self.reassignment_ratio > 0:
            prototypes = reassign_small(prototypes, batch.X, ratio=self.reassignment_ratio, rng=self.rng)
        return labels, replace(self, prototypes=prototypes, n_since_check=0 if is_due else n_seen)


@dataclass(frozen=True, eq=False)
class MLlibRule(_CountedRule):
    """Spark's decayed means."""

    decay_factor: float
    time_unit: str

    def learn(self, batch: Batch) -> tuple[Labels, Self]:
        """Fold rows into their nearest centers. Returns labels (before the move) and the new rule."""
        labels = assign(batch.X, self.centers).labels
        prototypes = mllib_update(
            self.prototypes,
            batch.X,
            decay_factor=self.decay_factor,
            time_unit=self.time_unit,
            sample_weights=batch.weights,
        )
        return labels, replace(self, prototypes=prototypes)
