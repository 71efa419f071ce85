"""One scorecard for all candidates, for the challenger and for the champion."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist

from batch.champion import ChampionView
from shared.core.arrays import Float64, Int32, Int64, ReadOnlyArrays
from shared.core.choice.indices import calinski_harabasz, davies_bouldin
from shared.core.choice.silhouette import silhouette_values, simplified_silhouette
from shared.core.kmeans.assignment import Assignment, assign
from shared.core.segments.alignment import UNMATCHED, align
from shared.core.segments.monic import overlap_matrix

SILHOUETTE_SAMPLE = 1_000
"""Customers compared pairwise for the silhouette."""


@dataclass(frozen=True)
class Scorecard:
    """How good centers are on some customers, each of whom counts for the nearest center.

    quantization_error, mean_square : mean distance and mean squared distance to it.
    silhouette : of a sample; silhouette_simplified : from distances to centers, of all.
    davies_bouldin (low is good), calinski_harabasz : NaN where they are not defined.
    min_share : share of the customers in the smallest segment; its_spend_share : of net spend there.
    relabelled : share of customers whose identity differs from the champion's; None without one.
    """

    quantization_error: float
    mean_square: float
    silhouette: float
    silhouette_simplified: float
    davies_bouldin: float
    calinski_harabasz: float
    min_share: float
    its_spend_share: float
    relabelled: float | None


@dataclass(frozen=True, eq=False)
class Probe(ReadOnlyArrays):
    """Customers that centers are measured on, the same ones for all centers.

    rows : (m,) which customers, in random order. X : (m, d) scaled. spend : (m,) net spend.
    distances : (s, s) between the first s of them. champion_labels : (m,) None without a champion.
    """

    rows: Int64
    X: Float64
    spend: Float64
    distances: Float64
    champion: ChampionView | None

    @property
    def champion_labels(self) -> Int32 | None:
        """Champion's label of each customer, (m,), None without a champion."""
        return None if self.champion is None else self.champion.labels[self.rows]


def make_probe(X: Float64, spend: Float64, rows: Int64, champion: ChampionView | None) -> Probe:
    """Take `rows` (m,) of X (n, d) and spend (n,) as the customers to measure on."""
    chosen = X[rows]
    sample = chosen[:SILHOUETTE_SAMPLE]
    return Probe(rows, chosen, spend[rows], cdist(sample, sample), champion)


def measure(probe: Probe, centers: Float64) -> Scorecard:
    """Score centers (k, d) on the customers of a probe."""
    found, k = assign(probe.X, centers), len(centers)
    counts = np.bincount(found.labels, minlength=k)
    smallest = int(counts.argmin())
    return Scorecard(
        quantization_error=float(found.distances.mean()),
        mean_square=float((found.distances**2).mean()),
        silhouette=float(sampled_silhouettes(probe, found).mean()),
        silhouette_simplified=simplified_silhouette(found.distances, found.runner_up_distances),
        davies_bouldin=davies_bouldin(probe.X, found.labels),
        calinski_harabasz=calinski_harabasz(probe.X, found.labels),
        min_share=float(counts[smallest] / len(probe.X)),
        its_spend_share=float(probe.spend[found.labels == smallest].sum() / probe.spend.sum()),
        relabelled=_relabelled(probe, centers, found.labels),
    )


def sampled_silhouettes(probe: Probe, found: Assignment) -> Float64:
    """Silhouette of each of the first s customers among themselves, (s,)."""
    own = found.labels[: len(probe.distances)]
    return silhouette_values(probe.distances, own, own)


def _relabelled(probe: Probe, centers: Float64, labels: Int32) -> float | None:
    champion, before = probe.champion, probe.champion_labels
    if champion is None or before is None:
        return None
    overlap = overlap_matrix(before, labels, k_old=champion.model.k, k_new=len(centers))
    pairs = align(champion.centers, centers, overlap=overlap, radii=champion.radii).pairs
    stayed = sum(overlap[old, new] for new, old in enumerate(pairs) if old != UNMATCHED)
    return float(1 - stayed / len(labels))
