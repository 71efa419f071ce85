"""All channels under one limit, window after window.

The score of a window is the largest surprise of any channel over any span. One limit for that maximum,
from `calibration`, makes the user's budget hold for all channels together, without a split.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from shared.core.drift.states import AlarmState, advance
from shared.core.windows.centroid import centroid_surprise
from shared.core.windows.distance import distance_surprise
from shared.core.windows.outlier_share import outlier_surprise
from shared.core.windows.reference import Reference
from shared.core.windows.share import share_surprise
from shared.core.windows.spans import MEMORY, SPANS, Spans, latest_spans, spans_over
from shared.core.windows.yardstick import Float64

CHANNELS: Final = MappingProxyType[str, Callable[[Spans, Reference], Float64]](
    {
        "share": share_surprise,
        "centroid": centroid_surprise,
        "distance": distance_surprise,
        "outliers": outlier_surprise,
    }
)
"""What is watched, by name; each gives (..., s) surprises."""


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
    recent : (t, k, m) sums of the newest windows, t <= `MEMORY`. phases : (t,) their phases.
    """

    reference: Reference
    limit: float
    recent: Float64
    phases: tuple[int, ...] = ()
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
    k, width = reference.means.shape
    return Detector(reference, limit, np.zeros((0, k, width + 2)))


def observe(detector: Detector, sums: Float64, phase: int = 0) -> tuple[Detector, Verdict]:
    """Judge the next window, (k, m) sums of its marks.

    Raises
    ------
    ValueError : the sums have another shape than the reference, or there is no such phase.
    """
    _check(detector, sums, phase)
    recent = np.concatenate([detector.recent, sums[None]])[-MEMORY:]
    recent.setflags(write=False)
    phases = (*detector.phases, phase)[-MEMORY:]
    by_channel = surprises(latest_spans(recent, detector.reference, phases), detector.reference)[0]
    channel, span = np.unravel_index(int(by_channel.argmax()), by_channel.shape)
    score = float(by_channel.max())
    alarm = advance(detector.alarm, score / detector.limit)
    verdict = Verdict(score, score / detector.limit, tuple(CHANNELS)[channel], SPANS[span], alarm)
    return replace(detector, recent=recent, phases=phases, alarm=alarm), verdict


def scores(sums: Float64, reference: Reference, phases: Sequence[int] | None = None) -> Float64:
    """Return the (t,) scores of t consecutive windows (t, k, m): what `observe` would say of each."""
    every = spans_over(sums, reference, np.zeros(len(sums), np.int64) if phases is None else phases)
    largest: Float64 = surprises(every, reference).max(axis=(-2, -1))
    return largest


def surprises(spans: Spans, reference: Reference) -> Float64:
    """Return (..., c, s): the surprise of each channel over each span."""
    return np.stack([channel(spans, reference) for channel in CHANNELS.values()], axis=-2)


def _check(detector: Detector, sums: ArrayLike, phase: int) -> None:
    expected, got = detector.recent.shape[1:], np.shape(sums)
    if got != expected or not 0 <= phase < len(detector.reference.shares):
        msg = (
            f"a window should be sums of the shape {expected} in a phase below "
            f"{len(detector.reference.shares)}; got {got}, phase {phase}"
        )
        raise ValueError(msg)
