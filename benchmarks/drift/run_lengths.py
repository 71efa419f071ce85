"""Everybody at the same realised run length: thresholds made on quiet windows, separate from the streams."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.drift.jobs import Found
from benchmarks.drift.mixtures import CHANGE_AT, HIT_WITHIN
from benchmarks.drift.windows import RUN_LENGTH
from shared.core.arrays import Bool, Float64
from shared.core.windows.calibration import alarms, limit_of

DELTAS: Final = (0.002, 0.01, 0.03, 0.1)
"""Settings of ADWIN between which the one of our run length is interpolated; the first is river's own."""


@dataclass(frozen=True, eq=False)
class Thresholds:
    """What gives everybody one false alarm in `RUN_LENGTH` windows.

    limit : ours, nats. rivals : by score. delta : ADWIN's.
    """

    limit: float
    rivals: dict[str, float]
    delta: float


@dataclass(frozen=True)
class Judged:
    """What a detector did on streams with one change.

    hit : share alarmed within `HIT_WITHIN` windows. delay : mean windows to the alarm of those, 1 is the
    first changed window. false : alarms per 100 windows before the change. n : streams judged; one that
    was still in alarm when the change came is not.
    """

    hit: float
    delay: float
    false: float
    n: int


def match(quiet: list[Found], rows: list[Found]) -> Thresholds:
    """Make the thresholds from quiet scores."""
    scores = {name: np.stack([each[name] for each in rows]) for name in ("psi", "chi", "ks")}
    adwin = np.stack([each["adwin"] for each in rows])
    return Thresholds(
        limit=limit_of(np.stack([each["quiet"] for each in quiet]).astype(np.float64), RUN_LENGTH),
        rivals={name: float(np.quantile(values, 1 - 1 / RUN_LENGTH)) for name, values in scores.items()},
        delta=_delta_for(adwin.mean(axis=(0, 2))),
    )


def adwin_rates(rows: list[Found]) -> Float64:
    """Return false alarms per window of each of `DELTAS`."""
    rates: Float64 = np.stack([each["adwin"] for each in rows]).mean(axis=(0, 2))
    return rates


def our_alarms(scores: Float64, limit: float) -> tuple[Bool, Bool]:
    """Return where each of r streams (r, t) enters `drift`, and which are in it when the change comes."""
    entered = alarms(scores / limit)
    # A stream that is in alarm already cannot enter: try it with a score that would.
    with_change = np.column_stack([scores[:, :CHANGE_AT] / limit, np.full(len(scores), 9.0)])
    return entered, ~alarms(with_change)[:, -1]


def judge(entered: Bool, already: Bool | None = None) -> Judged:
    """Judge alarms (r, t) of r streams with a change at `CHANGE_AT`."""
    kept = entered if already is None else entered[~already]
    after = kept[:, CHANGE_AT : CHANGE_AT + HIT_WITHIN]
    hit = after.any(axis=1)
    delays = after.argmax(axis=1)[hit] + 1
    before = entered[:, :CHANGE_AT]
    return Judged(
        hit=float(hit.mean()),
        delay=float(delays.mean()) if hit.any() else np.nan,
        false=float(before.mean() * 100),
        n=len(kept),
    )


def _delta_for(rates: Float64) -> float:
    """Interpolate where log(rate) crosses the wanted one; without a crossing the nearest setting serves."""
    logs = np.log(np.maximum(np.maximum.accumulate(rates), 1e-6))
    wanted = -np.log(RUN_LENGTH)
    return float(np.exp(np.interp(wanted, logs, np.log(DELTAS))))
