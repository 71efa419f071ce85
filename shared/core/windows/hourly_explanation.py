"""An alarm of the hourly windows in the words of the business."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from shared.core.arrays import Float64
from shared.core.drift.budget import Budget
from shared.core.drift.explain import NEXT_STEP, Explanation
from shared.core.drift.stock import Diagnosis
from shared.core.model.artifact import ModelArtifact
from shared.core.windows.centroid import MIN_COUNT
from shared.core.windows.detector import CHANNELS, surprises
from shared.core.windows.hourly import MS_PER_HOUR, HourlyMemory
from shared.core.windows.purchase_scale import PurchaseScale
from shared.core.windows.spans import LOOKS, Spans, looks

TITLES: Final = {
    "share": "Purchases go to other segments than usual",
    "centroid": "Those who buy are other customers than usual",
    "distance": "Those who buy fit their segments differently than usual",
    "outliers": "More purchases than usual fit no segment",
}
_OF_SPEND: Final = frozenset({"monetary", "average_order_value"})
"""Features whose centers move with prices; others move with who comes."""


@dataclass(frozen=True)
class _Moved:
    """What moved in a channel. text : a sentence. figures : behind it."""

    channel: str
    text: str
    figures: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class _Look:
    """One look at the newest windows, (k, m) sums. expected : (k,) customers. span : it in words."""

    recent: Float64
    before: Float64
    expected: Float64
    span: str


def explain_hours(memory: HourlyMemory, champion: ModelArtifact, budget: Budget) -> Explanation | None:
    """Put what the newest window shows into words; None if it was not judged."""
    verdict, detector, scale = memory.verdict, memory.detector, memory.scale
    if verdict is None or detector is None or scale is None:
        return None
    spans = looks(detector.history, detector.reference, 1)
    found = surprises(spans, detector.reference)[0]
    moved = []
    for at in np.argsort(-found.max(axis=1)).tolist():
        channel, best = tuple(CHANNELS)[at], int(found[at].argmax())
        if channel == verdict.channel or found[at, best] > detector.limit:
            moved.append(WAYS_TO_SAY[channel](_look(spans, best, memory), champion, scale))
    diagnosis = _diagnosis(moved)
    sentences = [
        moved[0].text,
        *(f"also {other.text}" for other in moved[1:]),
        f"value {verdict.score:.1f}, limit {detector.limit:.1f}; budget {budget}, "
        f"realised {memory.alarms} in {memory.watched_days:,.0f} days of hours, this one included",
        f"next: {NEXT_STEP[diagnosis]}; a re-clustering is asked for",
    ]
    evidence = {
        "diagnosis": str(diagnosis),
        "channels": [{"channel": each.channel, **each.figures} for each in moved],
        "windows": verdict.span,
        "value": verdict.score,
        "limit": detector.limit,
        "budget": str(budget),
        "alarms": memory.alarms,
        "watched_days": memory.watched_days,
    }
    return Explanation(TITLES[moved[0].channel], "; ".join(sentences), evidence, verdict.ratio)


def _look(spans: Spans, at: int, memory: HourlyMemory) -> _Look:
    recent = spans.recent[0, at]
    hours = LOOKS[at] * memory.watched_ms / max(memory.windows, 1) / MS_PER_HOUR
    span = f"the last {hours:,.0f} hours" if hours >= 1.5 else "the last hour"
    return _Look(recent, spans.before[0, at], spans.expected[0, at] * recent[:, 0].sum(), span)


def _diagnosis(moved: Sequence[_Moved]) -> Diagnosis:
    """Name what is behind it; spend first, because it takes customers over the borders of segments."""
    if any(each.figures.get("feature") in _OF_SPEND for each in moved):
        return Diagnosis.SPEND_SHIFT
    is_mix = any(each.channel in {"share", "centroid"} for each in moved)
    return Diagnosis.MIX_SHIFT if is_mix else Diagnosis.MODEL_MISFIT


def _share_moved(look: _Look, champion: ModelArtifact, scale: PurchaseScale) -> _Moved:
    counts, expected = look.recent[:, 0], look.expected
    more = counts - expected
    at = int(np.argmax(np.abs(more) / np.sqrt(expected)))
    other = int(np.argmin(more * np.sign(more[at])))
    text = (
        f"{_name(champion, scale, at)}: {counts[at]:,.0f} of the {counts.sum():,.0f} customers who bought in "
        f"{look.span}, where {expected[at]:,.0f} are usual ({more[at]:+,.0f}), mostly "
        f"{'from' if more[at] > 0 else 'to'} {_name(champion, scale, other)}"
    )
    return _Moved("share", text, _figures(champion, scale, at, counts[at], expected[at]))


def _center_moved(look: _Look, champion: ModelArtifact, scale: PurchaseScale) -> _Moved:
    recent, before, counts = _means(look.recent), _means(look.before), look.recent[:, 0]
    off = recent[:, :-2] - before[:, :-2]
    at = int(np.argmax(np.where(counts >= MIN_COUNT, counts * np.sum(off**2, axis=1), -1.0)))
    now, usual = (_in_units(means[at, :-2], at, champion, scale) for means in (recent, before))
    apart = (
        np.abs(np.log1p(now) - np.log1p(usual))[scale.columns] / champion.transform.deviations[scale.columns]
    )
    feature = int(scale.columns[int(apart.argmax())])
    name = champion.features[feature]
    text = (
        f"{_name(champion, scale, at)}: typical {name.replace('_', ' ')} of those who bought in {look.span} "
        f"is {now[feature]:,.4g}, where {usual[feature]:,.4g} is usual"
    )
    figures = _figures(champion, scale, at, float(now[feature]), float(usual[feature]))
    return _Moved("centroid", text, {**figures, "feature": name})


def _distance_moved(look: _Look, champion: ModelArtifact, scale: PurchaseScale) -> _Moved:
    recent, before, counts = _means(look.recent), _means(look.before), look.recent[:, 0]
    off = recent[:, -2] - before[:, -2]
    at = int(np.argmax(np.where(counts >= MIN_COUNT, counts * off**2, -1.0)))
    typical, spread = (
        scale.window_reference.typical_distances[at],
        scale.window_reference.distance_spreads[at],
    )
    now, usual = (float(typical + spread * means[at, -2]) for means in (recent, before))
    text = (
        f"{_name(champion, scale, at)}: those who bought in {look.span} are {now / usual:.0%} "
        "as far from its center as usual"
    )
    return _Moved("distance", text, _figures(champion, scale, at, now, usual))


def _outliers_moved(look: _Look, champion: ModelArtifact, scale: PurchaseScale) -> _Moved:
    now, usual = (float(sums[:, -1].sum() / sums[:, 0].sum()) for sums in (look.recent, look.before))
    at = int(np.argmax(look.recent[:, -1]))
    text = (
        f"{now:.2%} of the customers who bought in {look.span} are farther from every center than almost "
        f"anybody before, where {usual:.2%} are usual; most are nearest to {_name(champion, scale, at)}"
    )
    return _Moved("outliers", text, _figures(champion, scale, at, now, usual))


WAYS_TO_SAY: Final = {
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
    scaled[scale.columns] = scale.window_reference.means[at] + whitened @ np.linalg.inv(
        scale.window_reference.whitenings[at]
    )
    in_units: Float64 = champion.transform.invert(scaled[np.newaxis])[0]
    return in_units
