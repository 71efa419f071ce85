"""A detector as a plain document and back, so that it is stored beside the live model."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from shared.core.drift.states import AlarmState, DriftState
from shared.core.windows.bundle import Detector
from shared.core.windows.reference import Reference
from shared.core.windows.spans import History
from shared.core.windows.yardstick import Float64

_REFERENCE = ("by_phase", "sums", "variances")
_HISTORY = ("sums", "older", "older_by_phase")


def to_document(detector: Detector) -> dict[str, Any]:
    """Return a plain mapping; arrays as their shape and little-endian bytes.."""
    history, alarm = detector.history, detector.alarm
    return {
        "limit": detector.limit,
        "reference": {name: _packed(getattr(detector.reference, name)) for name in _REFERENCE},
        "history": {name: _packed(getattr(history, name)) for name in _HISTORY}
        | {"phases": history.phases.tolist()},
        "alarm": {"state": str(alarm.state), "over": alarm.over, "under": alarm.under},
    }


def from_document(document: Mapping[str, Any]) -> Detector:
    """Read what `to_document` wrote; the detector goes on as if it had never stopped."""
    past, alarm = document["history"], document["alarm"]
    return Detector(
        reference=Reference(*(_unpacked(document["reference"][name]) for name in _REFERENCE)),
        limit=float(document["limit"]),
        history=History(
            sums=_unpacked(past["sums"]),
            phases=np.array(past["phases"], dtype=np.int64),
            older=_unpacked(past["older"]),
            older_by_phase=_unpacked(past["older_by_phase"]),
        ),
        alarm=AlarmState(DriftState(alarm["state"]), alarm["over"], alarm["under"]),
    )


def _packed(values: Float64) -> dict[str, Any]:
    return {"shape": list(values.shape), "bytes": values.astype("<f8").tobytes()}


def _unpacked(stored: Mapping[str, Any]) -> Float64:
    return np.frombuffer(stored["bytes"], "<f8").astype(np.float64).reshape(stored["shape"])
