"""A watch over windows as a plain document and back, so that it is stored beside the live model."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

import numpy as np

from shared.core.arrays import Float64
from shared.core.drift.states import AlarmState
from shared.core.windows.detector import Detector, Verdict
from shared.core.windows.hourly import HourlyMemory
from shared.core.windows.purchase_scale import PurchaseScale
from shared.core.windows.reference import Reference
from shared.core.windows.spans import WindowHistory
from shared.core.windows.window_reference import WindowReference

_WHOLE = (
    "model_epoch", "clock_ms", "since_ms", "closed_ms", "looked_ms", "tried_ms", "muted_ms", "alarmed_ms",
    "windows", "watched_ms", "alarms",
)  # fmt: skip
_SCALE = ("labels", "columns", "phases")
_WINDOW_REFERENCE = tuple(field.name for field in fields(WindowReference))
_REFERENCE = ("by_phase", "sums", "variances")
_HISTORY = ("sums", "older", "older_by_phase")


def to_document(memory: HourlyMemory) -> dict[str, Any]:
    """Return a plain mapping; arrays as their shape and little-endian bytes."""
    return {
        **{name: getattr(memory, name) for name in _WHOLE},
        "chance": memory.chance,
        "scale": None if memory.scale is None else _scale_document(memory.scale),
        "detector": None if memory.detector is None else _detector_document(memory.detector),
        "verdict": None if memory.verdict is None else asdict(memory.verdict),
    }


def from_document(document: Mapping[str, Any]) -> HourlyMemory:
    """Read what `to_document` wrote; the watch goes on as if it had never stopped."""
    scale, detector, verdict = (document[name] for name in ("scale", "detector", "verdict"))
    whole: dict[str, Any] = {name: None if document[name] is None else int(document[name]) for name in _WHOLE}
    return HourlyMemory(
        **whole,
        chance=document["chance"],
        scale=None if scale is None else _scale(scale),
        detector=None if detector is None else _detector(detector),
        verdict=None
        if verdict is None
        else Verdict(**{**verdict, "alarm": AlarmState.from_document(verdict["alarm"])}),
    )


def _scale_document(scale: PurchaseScale) -> dict[str, Any]:
    window_reference = {name: _packed(getattr(scale.window_reference, name)) for name in _WINDOW_REFERENCE}
    return {name: getattr(scale, name).tolist() for name in _SCALE} | {"yardstick": window_reference}


def _scale(document: Mapping[str, Any]) -> PurchaseScale:
    window_reference = WindowReference(
        *(_unpacked(document["yardstick"][name]) for name in _WINDOW_REFERENCE)
    )
    return PurchaseScale(
        **{name: np.array(document[name], dtype=np.int64) for name in _SCALE},
        window_reference=window_reference,
    )


def _detector_document(detector: Detector) -> dict[str, Any]:
    history = detector.history
    return {
        "limit": detector.limit,
        "reference": {name: _packed(getattr(detector.reference, name)) for name in _REFERENCE},
        "history": {name: _packed(getattr(history, name)) for name in _HISTORY}
        | {"phases": history.phases.tolist()},
        "alarm": asdict(detector.alarm),
    }


def _detector(document: Mapping[str, Any]) -> Detector:
    past = document["history"]
    return Detector(
        reference=Reference(*(_unpacked(document["reference"][name]) for name in _REFERENCE)),
        limit=float(document["limit"]),
        history=WindowHistory(
            sums=_unpacked(past["sums"]),
            phases=np.array(past["phases"], dtype=np.int64),
            older=_unpacked(past["older"]),
            older_by_phase=_unpacked(past["older_by_phase"]),
        ),
        alarm=AlarmState.from_document(document["alarm"]),
    )


def _packed(values: Float64) -> dict[str, Any]:
    return {"shape": list(values.shape), "bytes": values.astype("<f8").tobytes()}


def _unpacked(stored: Mapping[str, Any]) -> Float64:
    return np.frombuffer(stored["bytes"], "<f8").astype(np.float64).reshape(stored["shape"])
