"""Step 9: the challenger, with the reference that later customers are measured against."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite

import numpy as np

from batch.align import SegmentIdentities
from batch.champion import member_radii
from batch.cluster import Clustering
from batch.load import CustomerTable
from batch.scale import Scaled
from shared.core.arrays import Float64
from shared.core.choice.k_search import KScores
from shared.core.fixed_point import to_fixed
from shared.core.model.artifact import ModelArtifact, Segment, SomArtifact
from shared.core.model.reference_bins import count_in_bins, cut_bins
from shared.settings import ModelSettings


@dataclass(frozen=True)
class Provenance:
    """Which run makes a model, when, by which code, beside which champion."""

    run_id: str
    created_at: datetime
    code_version: str
    parent: int | None


def assemble(
    table: CustomerTable,
    scaled: Scaled,
    clustering: Clustering,
    som: SomArtifact,
    identities: SegmentIdentities,
    segments: tuple[Segment, ...],
    scores: KScores | None,
    settings: ModelSettings,
    provenance: Provenance,
) -> ModelArtifact:
    """Put a model together; its version is given when it is stored."""
    k, vectors = len(clustering.centers), to_fixed(scaled.X)
    edges = cut_bins(vectors)
    return ModelArtifact(
        version=0,
        parent=provenance.parent,
        provisional=table.as_of - table.first_event_at < timedelta(days=settings.provisional_days),
        created_at=provenance.created_at,
        run_id=provenance.run_id,
        transform=scaled.transform,
        centers=clustering.centers,
        radii=member_radii(scaled.X, clustering.centers, clustering.labels),
        counts=clustering.counts,
        distance_p995=_distance_p995(clustering, k),
        quantization_error=float(clustering.distances.mean()),
        distance_p95=float(np.quantile(clustering.distances, 0.95)),
        bin_edges=edges,
        bin_counts=count_in_bins(vectors, edges),
        som=som,
        segments=segments,
        next_segment_id=identities.next_segment_id,
        lineage=identities.lineage,
        data_from=table.first_event_at,
        data_to=table.newest_event_at,
        as_of=table.as_of,
        seed=settings.seed,
        code_version=provenance.code_version,
        metrics={} if scores is None else score_values(scores),
    )


def score_values(scores: KScores) -> dict[str, float]:
    """Return what was measured about one k, without what its data do not define."""
    values = {
        "inertia": scores.inertia,
        "silhouette": scores.silhouette,
        "silhouette_se": scores.silhouette_se,
        "silhouette_simplified": scores.silhouette_simplified,
        "davies_bouldin": scores.davies_bouldin,
        "calinski_harabasz": scores.calinski_harabasz,
        "warm_ari": scores.warm_ari,
        "cold_ari": scores.cold_ari,
        "jaccard_min": float(scores.jaccard.min(initial=np.inf)),
        "share_min": scores.min_share,
    }
    return {key: float(value) for key, value in values.items() if isfinite(value)}


def _distance_p995(clustering: Clustering, k: int) -> Float64:
    of_label = (clustering.distances[clustering.labels == label] for label in range(k))
    return np.array([np.quantile(distances, 0.995) if distances.size else 0.0 for distances in of_label])
