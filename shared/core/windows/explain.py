"""An alarm of the hourly windows in the words of the business."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from shared.core.artifact import ModelArtifact
from shared.core.drift.budget import Budget
from shared.core.drift.explain import NEXT_STEP, Explanation
from shared.core.drift.stock import Diagnosis
from shared.core.windows.centroid import FEWEST
from shared.core.windows.hourly import HourlyMemory
from shared.core.windows.purchase_scale import PurchaseScale
from shared.core.windows.spans import LOOKS, Spans, looks
from shared.core.windows.yardstick import Float64

_TITLES: Final = {
    "share": "Purchases go to other segments than usual",
    "centroid": "Those who buy are other customers than usual",
    "distance": "Those who buy fit their segments differently than usual",
    "outliers": "More purchases than usual fit no segment",
}
_DIAGNOSES: Final = {
    "share": Diagnosis.MIX_SHIFT,
    "centroid": Diagnosis.SPEND_SHIFT,
    "distance": Diagnosis.MODEL_MISFIT,
    "outliers": Diagnosis.MODEL_MISFIT,
}


@dataclass(frozen=True)
class _Moved:
    """What moved most. text : a sentence. figures : behind it."""

    text: str
    figures: Mapping[str, Any]


def explain_hours(memory: HourlyMemory, champion: ModelArtifact, budget: Budget) -> Explanation | None:
    """Put what the newest window shows into words; None if it was not judged."""
    verdict, detector, scale = memory.verdict, memory.detector, memory.scale
    if verdict is None or detector is None or scale is None:
        return None
    spans = looks(detector.history, detector.reference, 1)
    look = LOOKS.index(verdict.span)
    moved = _WORDS[verdict.channel](spans, look, champion, scale)
    diagnosis = _DIAGNOSES[verdict.channel]
    sentences = [
        moved.text,
        f"value {verdict.score:.1f}, limit {detector.limit:.1f}; budget {budget}, "
        f"realised {memory.alarms} in {memory.watched_days:,.0f} days of hours, this one included",
        f"next: {NEXT_STEP[diagnosis]}; a re-clustering is asked for",
    ]
    evidence = {
        "diagnosis": str(diagnosis),
        "channel": verdict.channel,
        "windows": verdict.span,
        **moved.figures,
        "value": verdict.score,
        "limit": detector.limit,
        "budget": str(budget),
        "alarms": memory.alarms,
        "watched_days": memory.watched_days,
    }
    return Explanation(_TITLES[verdict.channel], "; ".join(sentences), evidence, verdict.ratio)


def _share_moved(spans: Spans, look: int, champion: ModelArtifact, scale: PurchaseScale) -> _Moved:
    counts, shares = spans.recent[0, look, :, 0], spans.expected[0, look]
    expected = shares * counts.sum()
    at = int(np.argmax(np.abs(counts - expected) / np.sqrt(expected)))
    name, more = _name(champion, scale, at), counts[at] - expected[at]
    text = (
        f"{name}: {counts[at]:,.0f} of the {counts.sum():,.0f} customers who bought in "
        f"{_windows(look)}, where {expected[at]:,.0f} are usual ({more:+,.0f})"
    )
    return _Moved(text, _figures(champion, scale, at, counts[at], expected[at]))


def _center_moved(spans: Spans, look: int, champion: ModelArtifact, scale: PurchaseScale) -> _Moved:
    recent, before = _means(spans.recent[0, look]), _means(spans.before[0, look])
    counts = spans.recent[0, look, :, 0]
    off = recent[:, :-2] - before[:, :-2]
    at = int(np.argmax(np.where(counts >= FEWEST, counts * np.sum(off**2, axis=1), -1.0)))
    now, usual = (_in_units(means[at, :-2], at, champion, scale) for means in (recent, before))
    feature = max(
        scale.columns.tolist(), key=lambda column: abs(np.log((1 + now[column]) / (1 + usual[column])))
    )
    what = champion.features[feature].replace("_", " ")
    text = (
        f"{_name(champion, scale, at)}: typical {what} of those who bought in {_windows(look)} is "
        f"{now[feature]:,.4g}, where {usual[feature]:,.4g} is usual"
    )
    figures = _figures(champion, scale, at, float(now[feature]), float(usual[feature]))
    return _Moved(text, {**figures, "feature": champion.features[feature]})


def _distance_moved(spans: Spans, look: int, champion: ModelArtifact, scale: PurchaseScale) -> _Moved:
    recent, before = _means(spans.recent[0, look]), _means(spans.before[0, look])
    counts = spans.recent[0, look, :, 0]
    off = recent[:, -2] - before[:, -2]
    at = int(np.argmax(np.where(counts >= FEWEST, counts * off**2, -1.0)))
    far = scale.yardstick.typical_distances[at] + scale.yardstick.distance_spreads[at] * np.array(
        [recent[at, -2], before[at, -2]]
    )
    text = (
        f"{_name(champion, scale, at)}: those who bought in {_windows(look)} are {far[0] / far[1]:.0%} "
        "as far from its center as usual"
    )
    return _Moved(text, _figures(champion, scale, at, float(far[0]), float(far[1])))


def _outliers_moved(spans: Spans, look: int, champion: ModelArtifact, scale: PurchaseScale) -> _Moved:
    (found, rows), (earlier, rows_before) = (
        (sums[0, look, :, -1].sum(), sums[0, look, :, 0].sum()) for sums in (spans.recent, spans.before)
    )
    at = int(np.argmax(spans.recent[0, look, :, -1]))
    text = (
        f"{found / rows:.2%} of the {rows:,.0f} customers who bought in {_windows(look)} are farther from "
        f"every center than almost anybody before, where {earlier / rows_before:.2%} are usual; most are "
        f"nearest to {_name(champion, scale, at)}"
    )
    return _Moved(text, _figures(champion, scale, at, found / rows, earlier / rows_before))


_WORDS: Final = {
    "share": _share_moved,
    "centroid": _center_moved,
    "distance": _distance_moved,
    "outliers": _outliers_moved,
}


def _figures(
    champion: ModelArtifact, scale: PurchaseScale, at: int, observed: float, expected: float
) -> dict[str, Any]:
    segment = champion.segments[int(scale.labels[at])]
    return {
        "segment_id": segment.segment_id,
        "segment_name": segment.name,
        "observed": float(observed),
        "expected": float(expected),
    }


def _name(champion: ModelArtifact, scale: PurchaseScale, at: int) -> str:
    return champion.segments[int(scale.labels[at])].name


def _means(sums: Float64) -> Float64:
    """Return the mean marks (k, m - 1) of each segment, without the count."""
    means: Float64 = sums[:, 1:] / np.maximum(sums[:, :1], 1.0)
    return means


def _in_units(whitened: Float64, at: int, champion: ModelArtifact, scale: PurchaseScale) -> Float64:
    """Return all features of a mean in business units; those that do not vary as the center has them."""
    scaled = champion.centers[int(scale.labels[at])].copy()
    scaled[scale.columns] = scale.yardstick.means[at] + whitened @ np.linalg.inv(
        scale.yardstick.whitenings[at]
    )
    in_units: Float64 = champion.transform.invert(scaled[np.newaxis])[0]
    return in_units


def _windows(look: int) -> str:
    return "the last window" if LOOKS[look] == 1 else f"the last {LOOKS[look]} windows"
