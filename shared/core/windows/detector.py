"""All channels under one limit, window after window.

The score of a window is the largest surprise of any channel in any look. One limit for that maximum,
from `calibration`, makes the user's budget hold for all channels together, without a split.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from shared.core.arrays import Float64
from shared.core.drift.states import AlarmState, advance
from shared.core.windows.centroid import centroid_surprise
from shared.core.windows.distance import distance_surprise
from shared.core.windows.outlier_share import outlier_surprise
from shared.core.windows.reference import Reference
from shared.core.windows.share import share_surprise
from shared.core.windows.spans import LOOKS, Spans, WindowHistory, extended, looks, no_history, shortened

CHANNELS: Final = MappingProxyType[str, Callable[[Spans, Float64], Float64]](
    {
        "share": share_surprise,
        "centroid": centroid_surprise,
        "distance": distance_surprise,
        "outliers": outlier_surprise,
    }
)
"""What is watched, by name; each gives (..., s) surprises."""

LOOK_ELSEWHERE: Final = float(np.log(len(CHANNELS) * len(LOOKS)))
"""Nats that the best of so many looks has to be discounted by, to be the surprise of the whole window."""

PART: Final = 4096
"""Windows scored at once: a few hundred MB at most."""


@dataclass(frozen=True)
class Verdict:
    """What the newest window says. score : nats. channel, span : where it is largest, span in windows."""

    score: float
    ratio: float
    channel: str
    span: int
    alarm: AlarmState


@dataclass(frozen=True, eq=False)
class Detector:
    """Watches windows; to be stored beside the live model, a restart then changes nothing.

    Parameters
    ----------
    reference : what windows are compared with. limit : nats, from `calibration.limit_for`.
    history : the newest windows, and the sums of all older ones.
    """

    reference: Reference
    limit: float
    history: WindowHistory
    alarm: AlarmState = field(default_factory=AlarmState)


def start(reference: Reference, limit: float) -> Detector:
    """Watch from here on, with no window seen.

    Raises
    ------
    ValueError : the limit is not positive.
    """
    if not limit > 0:
        msg = f"the limit of a surprise should be positive; got {limit}"
        raise ValueError(msg)
    return Detector(reference, limit, no_history(reference))


def observe(detector: Detector, sums: ArrayLike, phase: int = 0) -> tuple[Detector, Verdict]:
    """Judge the next window, (k, m) sums of its marks.

    Raises
    ------
    ValueError : the sums have another shape than the reference, or there is no such phase.
    """
    window = _checked(detector.reference, sums, phase)
    history = shortened(extended(detector.history, window[None], [phase]))
    found = surprises(looks(history, detector.reference, 1), detector.reference)[0]
    channel, look = np.unravel_index(int(found.argmax()), found.shape)
    score = float(found.max())
    alarm = advance(detector.alarm, score / detector.limit)
    verdict = Verdict(score, score / detector.limit, tuple(CHANNELS)[channel], LOOKS[look], alarm)
    return replace(detector, history=history, alarm=alarm), verdict


def scores(sums: Float64, reference: Reference, phases: ArrayLike | None = None) -> Float64:
    """Return the (t,) scores of t consecutive windows (t, k, m) from a start: what `observe` would say."""
    when = np.zeros(len(sums), np.int64) if phases is None else np.asarray(phases, dtype=np.int64)
    history, found = no_history(reference), []
    for at in range(0, len(sums), PART):
        history = extended(shortened(history), sums[at : at + PART], when[at : at + PART])
        newest = looks(history, reference, len(sums[at : at + PART]))
        found.append(surprises(newest, reference).max(axis=(-2, -1)))
    return np.concatenate(found) if found else np.zeros(0)


def surprises(spans: Spans, reference: Reference) -> Float64:
    """Return (..., c, s): the surprise of each channel in each look, discounted for looking so often."""
    found = [channel(spans, reference.variances) for channel in CHANNELS.values()]
    discounted: Float64 = np.maximum(np.stack(found, axis=-2) - LOOK_ELSEWHERE, 0.0)
    return discounted


def _checked(reference: Reference, sums: ArrayLike, phase: int) -> Float64:
    window = np.asarray(sums, dtype=np.float64)
    if window.shape != reference.sums.shape or not 0 <= phase < reference.n_phases:
        msg = (
            f"a window should be sums of the shape {reference.sums.shape} in a phase below "
            f"{reference.n_phases}; got {window.shape}, phase {phase}"
        )
        raise ValueError(msg)
    return window
