"""Two models side by side, segment by segment, in business units."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from shared.core.model.artifact import ModelArtifact


@dataclass(frozen=True)
class ModelDiff:
    """What differs between model a and model b.

    values : name -> (in a, in b), for everything that differs besides the segments. segments : one row
    per identity of either, ascending; keys `segment_id`, `a`, `b` (rows as of `segment_rows`, or None)
    and `shift`, the distance between the two centers in deviations of a's customers.
    """

    a: int
    b: int
    values: dict[str, tuple[Any, Any]]
    segments: tuple[dict[str, Any], ...]


def segment_rows(model: ModelArtifact) -> list[dict[str, Any]]:
    """Describe each segment as it was when the model was fitted, in the order of labels."""
    centers = model.transform.invert(model.centers)
    return [
        {
            "segment_id": segment.segment_id,
            "name": segment.name,
            "action": segment.action,
            "customers": int(model.counts[label]),
            "share": float(model.shares[label]),
            "radius": float(model.radii[label]),
            "center": {name: float(v) for name, v in zip(model.features, centers[label], strict=True)},
        }
        for label, segment in enumerate(model.segments)
    ]


def diff(a: ModelArtifact, b: ModelArtifact) -> ModelDiff:
    """Compare two models; centers are compared in a's units if both see the same features."""
    pairs = zip(_values(a).items(), _values(b).values(), strict=True)
    values = {name: (ours, theirs) for (name, ours), theirs in pairs if ours != theirs}
    shifts = _shifts(a, b)
    rows_a = {row["segment_id"]: row for row in segment_rows(a)}
    rows_b = {row["segment_id"]: row for row in segment_rows(b)}
    segments = tuple(
        {"segment_id": at, "a": rows_a.get(at), "b": rows_b.get(at), "shift": shifts.get(at)}
        for at in sorted(rows_a.keys() | rows_b.keys())
    )
    return ModelDiff(a.version, b.version, values, segments)


def _values(model: ModelArtifact) -> dict[str, Any]:
    return {
        "k": model.k,
        "features": list(model.features),
        "recency_clip_days": model.transform.recency_clip_days,
        "provisional": model.provisional,
        "as_of": model.as_of,
        "customers": model.n_customers,
        "quantization_error": model.quantization_error,
        "map": [model.som.rows, model.som.cols],
        "parent": model.parent,
        "seed": model.seed,
        "code_version": model.code_version,
    }


def _shifts(a: ModelArtifact, b: ModelArtifact) -> dict[int, float]:
    if a.features != b.features:
        return {}
    theirs = a.transform.apply(b.transform.invert(b.centers))
    labels = {segment.segment_id: segment.label for segment in b.segments}
    return {
        one.segment_id: float(np.linalg.norm(a.centers[one.label] - theirs[labels[one.segment_id]]))
        for one in a.segments
        if one.segment_id in labels
    }
