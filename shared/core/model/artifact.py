"""A fitted model as one immutable value, and as one document that can be checked.

Knows what a model consists of; refuses to know where it is stored or how it was fitted. Arrays
are kept as little-endian bytes beside the numbers that give their shape: nothing is pickled, so
reading a model runs no code.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np

from shared.core.arrays import Float64, Int64, own_array, read_only
from shared.core.model.artifact_checks import PROVENANCE, SCHEMA_VERSION, check_readable, checksum_of
from shared.core.model.artifact_parts import (
    LineageEdge,
    Segment,
    SomArtifact,
    to_bytes,
    transform_document,
    transform_of,
)
from shared.core.model.transform import FeatureTransform
from shared.errors import SchemaMismatch

__all__ = [
    "PROVENANCE",
    "SCHEMA_VERSION",
    "LineageEdge",
    "ModelArtifact",
    "Segment",
    "SomArtifact",
    "checksum_of",
]


@dataclass(frozen=True, eq=False)
class ModelArtifact:
    """Everything the stream needs to assign customers, and what later fits are measured against.

    Parameters
    ----------
    version : 0 until it is stored. parent : version of the champion it was fitted beside.
    centers : (k, d), scaled units. radii : (k,) root mean square distance of a segment's customers to
        its center. counts, shares, distance_p995 : (k,), the last the 99.5th percentile of the
        distance to the own center. quantization_error : mean distance to it. All on the fit set.
    distance_p95 : 95th percentile of that distance over everybody. bin_edges (d, b) int64 fixed point,
        bin_counts (d, b + 1) : how the fit set's features were distributed, see `reference_bins`.
    segments : one per label, in the order of labels.
    next_segment_id : the lowest identity that no segment has ever had.
    lineage : how its segments follow from the parent's; empty for the first.
    metrics : whatever else was measured when it was fitted.
    data_from, data_to, as_of, created_at : aware datetimes.

    Raises
    ------
    SchemaMismatch : the parts disagree on k or on the number of features.
    """

    version: int
    parent: int | None
    provisional: bool
    created_at: datetime
    run_id: str
    transform: FeatureTransform
    centers: Float64
    radii: Float64
    counts: Int64
    distance_p995: Float64
    quantization_error: float
    distance_p95: float
    bin_edges: Int64
    bin_counts: Int64
    som: SomArtifact
    segments: tuple[Segment, ...]
    next_segment_id: int
    data_from: datetime
    data_to: datetime
    as_of: datetime
    seed: int
    code_version: str
    metrics: Mapping[str, float] = field(default_factory=dict)
    lineage: tuple[LineageEdge, ...] = ()

    def __post_init__(self) -> None:
        for name, dtype in _ARRAYS.items():
            own_array(self, name, dtype)
        object.__setattr__(self, "metrics", dict(self.metrics))
        _check_shapes(self)

    @property
    def k(self) -> int:
        """Number of segments."""
        return int(self.centers.shape[0])

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the features, in column order."""
        return self.transform.features

    @property
    def n_customers(self) -> int:
        """Customers it was fitted on."""
        return int(self.counts.sum())

    @cached_property
    def shares(self) -> Float64:
        """Share of the fit set in each segment, (k,)."""
        return read_only(self.counts / max(self.n_customers, 1))

    @cached_property
    def segment_ids(self) -> Int64:
        """Stable identity of each label, (k,)."""
        return read_only(np.array([segment.segment_id for segment in self.segments], dtype=np.int64))

    @cached_property
    def checksum(self) -> str:
        """SHA-256 over what the model is; `PROVENANCE` does not count."""
        return checksum_of(_content(self))

    def to_document(self) -> dict[str, Any]:
        """Return a plain document of strings, numbers, bytes and datetimes."""
        provenance = {
            "_id": self.version,
            "parent": self.parent,
            "created_at": self.created_at,
            "run_id": self.run_id,
            "code_version": self.code_version,
            "checksum": self.checksum,
        }
        return provenance | _content(self)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "ModelArtifact":
        """Read what `to_document` wrote.

        Raises
        ------
        SchemaMismatch : it was written by a newer schema, a key is missing, or it was changed since.
        """
        check_readable(document)
        try:
            return _parse(document)
        except (KeyError, TypeError, ValueError) as error:
            msg = f"model {document['_id']} should have every key of schema {SCHEMA_VERSION}; got {error!r}"
            raise SchemaMismatch(msg) from error


_ARRAYS = {
    "centers": "<f8",
    "radii": "<f8",
    "counts": "<i8",
    "distance_p995": "<f8",
    "bin_edges": "<i8",
    "bin_counts": "<i8",
}


def _content(model: ModelArtifact) -> dict[str, Any]:
    arrays = {name: getattr(model, name).tobytes() for name in _ARRAYS}
    return arrays | {
        "schema_version": SCHEMA_VERSION,
        "provisional": model.provisional,
        "k": model.k,
        "features": list(model.features),
        "transform": transform_document(model.transform),
        "shares": to_bytes(model.shares),
        "quantization_error": float(model.quantization_error),
        "distance_p95": float(model.distance_p95),
        "som": model.som.to_document(),
        "segments": [asdict(segment) for segment in model.segments],
        "next_segment_id": model.next_segment_id,
        "lineage": [edge.to_document() for edge in model.lineage],
        "metrics": dict(model.metrics),
        "data_interval": {"from": model.data_from, "to": model.data_to},
        "n_customers": model.n_customers,
        "as_of": model.as_of,
        "seed": model.seed,
    }


def _parse(document: Mapping[str, Any]) -> ModelArtifact:
    features, k = tuple(document["features"]), int(document["k"])
    arrays: dict[str, Any] = {name: np.frombuffer(document[name], dtype) for name, dtype in _ARRAYS.items()}
    arrays["centers"] = arrays["centers"].reshape(k, len(features))
    for name in ("bin_edges", "bin_counts"):
        arrays[name] = arrays[name].reshape(len(features), -1)
    return ModelArtifact(
        version=int(document["_id"]),
        transform=transform_of(features, document["transform"]),
        som=SomArtifact.from_document(document["som"], len(features)),
        segments=tuple(Segment(**segment) for segment in document["segments"]),
        lineage=tuple(LineageEdge.from_document(edge) for edge in document["lineage"]),
        data_from=document["data_interval"]["from"],
        data_to=document["data_interval"]["to"],
        **arrays,
        **{name: document[name] for name in _PLAIN},
    )


_PLAIN = (
    "parent", "provisional", "created_at", "run_id", "quantization_error", "distance_p95", "next_segment_id",
    "as_of", "seed", "code_version", "metrics",
)  # fmt: skip


def _check_shapes(model: ModelArtifact) -> None:
    d = len(model.features)
    expected = {
        "radii": (model.k,),
        "counts": (model.k,),
        "distance_p995": (model.k,),
        "centers": (model.k, d),
        "bin_edges": (d, model.bin_edges.shape[-1]),
        "bin_counts": (d, model.bin_edges.shape[-1] + 1),
    }
    got = {name: getattr(model, name).shape for name in expected}
    labels = [segment.label for segment in model.segments]
    units = (model.som.rows * model.som.cols, d)
    if got != expected or labels != list(range(model.k)) or model.som.weights.shape != units:
        msg = (
            f"a model of k={model.k} and {d} features should have {expected}, "
            f"labels 0..{model.k - 1} and a map of {units}; "
            f"got {got}, labels {labels} and {model.som.weights.shape}"
        )
        raise SchemaMismatch(msg)
