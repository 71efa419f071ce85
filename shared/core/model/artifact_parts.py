"""The parts of a model artifact, and how arrays become bytes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np

from shared.core.arrays import Float64, own_array
from shared.core.model.transform import FeatureTransform


@dataclass(frozen=True)
class Segment:
    """What the business calls the customers of one label.

    label : position of its center, 0..k-1. segment_id : stable identity, never reused.
    base : the name without what tells it apart from others of the same name; it decides whether the
    next model may keep the name.
    """

    label: int
    segment_id: int
    name: str
    action: str
    base: str = ""


@dataclass(frozen=True)
class LineageEdge:
    """What became of segments of the champion, or where new ones came from.

    kind : survive, split, merge, emerge or disappear. old, new : identities on either side, ascending.
    share : of the old segments' customers that arrived in the new ones; for `emerge` the largest share of
    the new segment that came from one old segment. customers : how many they share.
    """

    kind: str
    old: tuple[int, ...]
    new: tuple[int, ...]
    share: float
    customers: int

    def to_document(self) -> dict[str, Any]:
        """Return a plain document."""
        return asdict(self) | {"old": list(self.old), "new": list(self.new)}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "LineageEdge":
        """Read what `to_document` wrote."""
        return cls(**{**document, "old": tuple(document["old"]), "new": tuple(document["new"])})


@dataclass(frozen=True, eq=False)
class SomArtifact:
    """A trained map.

    rows, cols, topology, toroidal : the grid. sigma : radius in grid units at the end of training.
    weights : (rows * cols, d), scaled feature units; unit `row * cols + col`.
    quantization_error : mean distance to the best unit. topographic_error : share of customers whose
    two best units do not touch. unit_use : share of units that are anybody's best. All on the fit set.
    """

    rows: int
    cols: int
    topology: str
    toroidal: bool
    sigma: float
    weights: Float64
    quantization_error: float
    topographic_error: float
    unit_use: float

    def __post_init__(self) -> None:
        own_array(self, "weights", "<f8")

    def to_document(self) -> dict[str, Any]:
        """Return a plain document."""
        return {name: getattr(self, name) for name in _SOM_NAMES} | {"weights": to_bytes(self.weights)}

    @classmethod
    def from_document(cls, document: Mapping[str, Any], d: int) -> "SomArtifact":
        """Read what `to_document` wrote, for d features. KeyError or ValueError if it does not fit."""
        weights = np.frombuffer(document["weights"], "<f8").reshape(-1, d)
        return cls(**{name: document[name] for name in _SOM_NAMES} | {"weights": weights})


_SOM_NAMES = tuple(part.name for part in fields(SomArtifact))


def transform_document(transform: FeatureTransform) -> dict[str, Any]:
    """Return the scaling as a plain document; the names of the features are kept beside it."""
    return {
        "means": to_bytes(transform.means),
        "deviations": to_bytes(transform.deviations),
        "recency_clip_days": transform.recency_clip_days,
    }


def transform_of(features: tuple[str, ...], document: Mapping[str, Any]) -> FeatureTransform:
    """Read what `transform_document` wrote."""
    means, deviations = (np.frombuffer(document[name], "<f8") for name in ("means", "deviations"))
    return FeatureTransform(features, means, deviations, document["recency_clip_days"])


def to_bytes(array: Float64) -> bytes:
    """Return the values as little-endian doubles, row by row."""
    return np.ascontiguousarray(array, dtype="<f8").tobytes()
