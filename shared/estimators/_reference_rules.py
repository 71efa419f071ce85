"""How the two reference rules of `StreamingKMeans` fold a batch in, in plain floats as their originals do."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from shared.core.arrays import Float64, Int32
from shared.core.kmeans.assignment import assign
from shared.core.kmeans.reference_rules import Prototypes, minibatch_update, mllib_update, reassign_small
from shared.core.kmeans.youth import WeightedRows

Labels = Int32


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

    def learn(self, batch: WeightedRows) -> tuple[Labels, Self]:
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

    def learn(self, batch: WeightedRows) -> tuple[Labels, Self]:
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
