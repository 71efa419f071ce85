"""Still step 3: the champion seen with today's customers and in the challenger's units.

Distances of two models compare only in one space, and customers only at one tick: here both are the
challenger's.
"""

from dataclasses import dataclass

import numpy as np

from batch.load import CustomerTable
from batch.scale import Scaled
from shared.core.arrays import Float64, Int32
from shared.core.customers.features import feature_matrix
from shared.core.kmeans.assignment import assign
from shared.core.model.artifact import ModelArtifact
from shared.core.model.transform import FeatureTransform


@dataclass(frozen=True, eq=False)
class ChampionView:
    """A champion beside a challenger.

    centers : (k, d), radii : (k,) root mean square distance of today's members; challenger's units.
    labels : (n,) nearest champion center at the table's tick.
    quantization_error : mean distance to the nearest center; None if the models see different features.
    """

    model: ModelArtifact
    centers: Float64
    radii: Float64
    labels: Int32
    quantization_error: float | None


def view_champion(champion: ModelArtifact, table: CustomerTable, scaled: Scaled) -> ChampionView:
    """Place today's customers under the champion and bring its centers into the challenger's units."""
    raw = feature_matrix(champion.features, table.rfm, table.as_of_ms)
    labels = assign(champion.transform.apply(raw), champion.centers).labels
    if not has_same_transform(champion, scaled.transform):
        centers = _member_means(scaled.X, labels, champion.k)
        return ChampionView(champion, centers, member_radii(scaled.X, centers, labels), labels, None)
    centers = scaled.transform.apply(champion.transform.invert(champion.centers))
    error = float(assign(scaled.X, centers).distances.mean())
    return ChampionView(champion, centers, member_radii(scaled.X, centers, labels), labels, error)


def has_same_transform(champion: ModelArtifact, transform: FeatureTransform) -> bool:
    """Tell whether both see the same features; means and deviations differ with every fit."""
    ours, theirs = champion.transform, transform
    return (ours.features, ours.recency_clip_days) == (theirs.features, theirs.recency_clip_days)


def member_radii(X: Float64, centers: Float64, labels: Int32) -> Float64:
    """Root mean square distance of each label's rows to its center, (k,); 0 for a label of nobody."""
    squares = ((X - centers[labels]) ** 2).sum(axis=1)
    counts = np.bincount(labels, minlength=len(centers))
    radii: Float64 = np.sqrt(np.bincount(labels, squares, len(centers)) / np.maximum(counts, 1))
    return radii


def _member_means(X: Float64, labels: Int32, k: int) -> Float64:
    counts = np.maximum(np.bincount(labels, minlength=k), 1)
    sums = [np.bincount(labels, column, k) for column in X.T]
    return np.column_stack(sums) / counts[:, np.newaxis]
