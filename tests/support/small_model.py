"""A small model that needs no fitting: four segments, a map of two by three."""

from datetime import UTC, datetime, timedelta

import numpy as np

from shared.core.customers.features import MS_PER_DAY
from shared.core.fixed_point import to_fixed
from shared.core.model.artifact import ModelArtifact, Segment, SomArtifact
from shared.core.model.placement import LiveModel
from shared.core.model.reference_bins import N_BINS
from shared.core.model.transform import FeatureTransform

AS_OF = datetime(2011, 3, 1, tzinfo=UTC)
AS_OF_MS = round(AS_OF.timestamp() * 1000)
K, UNITS, D = 4, 6, 3
EDGES = to_fixed(np.tile(np.linspace(-2.0, 2.0, N_BINS - 1), (D, 1)))
FEATURES = ("recency_days", "frequency", "monetary")


def champion(version: int = 1, *, shift: float = 0.0, provisional: bool = False) -> ModelArtifact:
    """Return a model; `shift` moves its prototypes, so that two of them disagree."""
    rng = np.random.default_rng(20_111_209)
    return ModelArtifact(
        version=version,
        parent=None,
        provisional=provisional,
        created_at=AS_OF,
        run_id="run",
        transform=FeatureTransform(FEATURES, np.array([2.0, 1.0, 4.0]), np.array([1.0, 0.5, 1.5])),
        centers=rng.normal(size=(K, D)) + shift,
        radii=np.ones(K),
        counts=np.array([40, 30, 20, 10]),
        distance_p995=np.full(K, 1.5),
        quantization_error=0.8,
        distance_p95=1.2,
        bin_edges=EDGES,
        bin_counts=np.full((D, N_BINS), 5),
        som=SomArtifact(2, 3, "rectangular", False, 1.0, rng.normal(size=(UNITS, D)) + shift, 0.6, 0.1, 1.0),
        segments=tuple(Segment(i, 10 * version + i, f"Segment {version}.{i}", "Wait") for i in range(K)),
        next_segment_id=100,
        data_from=AS_OF - timedelta(days=90),
        data_to=AS_OF,
        as_of=AS_OF,
        seed=1,
        code_version="test",
    )


def live(model: ModelArtifact, *, days_later: int = 0) -> LiveModel:
    """Return the model as it is right after promotion."""
    return LiveModel(model, model.centers, model.som.weights, AS_OF_MS + days_later * MS_PER_DAY)
