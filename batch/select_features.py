"""Step 2: which features customers are clustered by."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from batch.load import CustomerTable
from shared.core.arrays import Float64, Int32
from shared.core.choice.feature_selection import FeatureVerdict, select
from shared.core.choice.silhouette import silhouette
from shared.core.choice.stability import adjusted_rand, fit_centers, one_thread
from shared.core.customers.features import FEATURES, feature_matrix
from shared.core.kmeans.assignment import assign
from shared.core.model.transform import fit_transform
from shared.settings import ModelSettings

COMPARED_K = 4
"""Segments of the fits that compare features: always as many, or every change of k would choose anew."""
SAMPLE = 1_500


@dataclass(frozen=True)
class FeatureChoice:
    """The features, in the order of the registry unless they are just those of the settings.

    verdicts : on every known feature; empty if nothing was selected.
    silhouette_configured, silhouette_kept : over all known features, of segments found by the features
        of the settings and by those kept; agreement : adjusted Rand index of the two. None likewise.
    """

    method: str
    kept: tuple[str, ...]
    verdicts: tuple[FeatureVerdict, ...] = ()
    silhouette_configured: float | None = None
    silhouette_kept: float | None = None
    agreement: float | None = None


def select_features(
    table: CustomerTable, settings: ModelSettings, in_use: Sequence[str] = ()
) -> FeatureChoice:
    """Pick among all known features by the method that is set; `in_use` are the champion's."""
    if settings.feature_selection == "off":
        return FeatureChoice("off", settings.features)
    names = tuple(FEATURES)
    raw = feature_matrix(names, table.rfm, table.as_of_ms)
    X = fit_transform(raw, names, recency_clip_days=settings.recency_clip_days).apply(raw)
    with one_thread():
        verdicts = select(
            X,
            names,
            settings.feature_selection,
            in_use=in_use,
            n_wanted=len(settings.features),
            k=COMPARED_K,
            seed=settings.seed,
        )
        kept = tuple(verdict.name for verdict in verdicts if verdict.is_kept)
        rows = np.random.default_rng(settings.seed).permutation(table.n)[:SAMPLE]
        before, after = (
            _labels(X[rows], names, chosen, settings.seed) for chosen in (settings.features, kept)
        )
        return FeatureChoice(
            settings.feature_selection,
            kept,
            verdicts,
            silhouette(X[rows], before),
            silhouette(X[rows], after),
            adjusted_rand(before, after),
        )


def _labels(X: Float64, names: Sequence[str], chosen: Sequence[str], seed: int) -> Int32:
    own = np.ascontiguousarray(X[:, [names.index(name) for name in chosen]])
    centers = fit_centers(own, COMPARED_K, rng=np.random.default_rng(seed), n_starts=4)
    return np.zeros(len(own), np.int32) if centers is None else assign(own, centers).labels
