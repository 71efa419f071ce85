"""How good centers are: always on the whole current table, against a clustering from scratch."""

from dataclasses import dataclass

import numpy as np

from benchmarks.models.history import Day, fitted
from shared.core.arrays import Float64, Int32
from shared.core.choice.stability import adjusted_rand
from shared.core.kmeans.assignment import assign


@dataclass(frozen=True, eq=False)
class FreshFit:
    """A table clustered from scratch: inertia, and labels (n,)."""

    inertia: float
    labels: Int32


@dataclass(frozen=True)
class Score:
    """inertia_ratio : to the refit, 1 is as good. ari_refit, ari_truth : agreement of labels, 1 is the same.

    ari_truth is NaN without a script.
    """

    inertia_ratio: float
    ari_refit: float
    ari_truth: float


def refit(day: Day, k: int, seed: int) -> FreshFit:
    """Cluster the table of `day` from scratch."""
    model = fitted(day.rows, k, seed)
    return FreshFit(float(model.inertia_), model.labels_)


def score(centers: Float64, day: Day, fresh: FreshFit) -> Score:
    """Judge centers (any number of them) on the table of `day`; without centers everything is NaN."""
    if not len(centers):
        return Score(np.nan, np.nan, np.nan)
    placed = assign(day.rows, centers)
    ratio = float(np.sum(placed.distances**2)) / fresh.inertia
    truth = np.nan if day.truth is None else adjusted_rand(placed.labels, day.truth)
    return Score(ratio, adjusted_rand(placed.labels, fresh.labels), truth)
