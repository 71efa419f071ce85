"""The watch over hourly purchases: learn four weeks, see whether hours are independent, then judge each.

Only a shop whose hours pass that test is watched: for others the daily flows are there, whose limits know
that days hang together.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np

from shared.core.arrays import Float64, Int32, Int64
from shared.core.customers.features import MS_PER_DAY
from shared.core.drift.budget import Budget
from shared.core.drift.states import AlarmState, DriftState
from shared.core.model.artifact import ModelArtifact
from shared.core.windows.calibration import limit_for, population
from shared.core.windows.detector import Detector, Verdict, observe, start
from shared.core.windows.independence import chance_of_differing
from shared.core.windows.purchase_scale import PurchaseScale, fit_scale
from shared.core.windows.purchases import PurchaseWindow
from shared.core.windows.reference import summarise
from shared.core.windows.window_reference import sums_of

MS_PER_HOUR: Final = MS_PER_DAY // 24

REFERENCE_DAYS: Final = 28
"""Of windows that a reference is made from: each hour of the week four times."""

RETRY_DAYS: Final = 1
"""From one attempt at a reference to the next, while hours are not independent."""

MIN_CHANCE: Final = 0.001
"""Windows that differ more than one and the same shop would with this probability are not independent."""

MUTED_HOURS: Final = 24
"""After a promotion: its first day only shows how it sees the shop."""

ACCEPTED_AFTER_DAYS: Final = 28
"""A drift that lasted as long as a reference is the new usual."""


class Watching(StrEnum):
    """`learning`: no four weeks yet. `dependent`: hours hang together. `watching`: every window is judged."""

    LEARNING = "learning"
    DEPENDENT = "dependent"
    WATCHING = "watching"


@dataclass(frozen=True)
class HourlyRules:
    """budget : of the hourly windows alone. seed : of the simulation that makes the limit."""

    budget: Budget
    seed: int


@dataclass(frozen=True, eq=False)
class HourlyMemory:
    """The watch between two windows.

    clock_ms : when enough customers had bought, after the newest micro-batch. since_ms : no earlier window
    belongs to the reference. closed_ms : windows up to here are closed; looked_ms : for a window that ends
    up to here was looked in vain.
    tried_ms : end of the windows that a reference was last tried on; chance : of their differing so, if
    independent. muted_ms : nothing is alarmed before. scale, detector : None until there is a reference.
    alarmed_ms : since when a drift lasts. windows, watched_ms, alarms : judged, how long they lasted, and
    raised, since the first start.
    """

    model_epoch: int | None = None
    clock_ms: int = 0
    since_ms: int | None = None
    closed_ms: int | None = None
    looked_ms: int = 0
    tried_ms: int | None = None
    chance: float | None = None
    muted_ms: int = 0
    scale: PurchaseScale | None = None
    detector: Detector | None = None
    verdict: Verdict | None = None
    alarmed_ms: int | None = None
    windows: int = 0
    watched_ms: int = 0
    alarms: int = 0

    @property
    def watching(self) -> Watching:
        """How far it is."""
        if self.detector is not None:
            return Watching.WATCHING
        return Watching.LEARNING if self.chance is None else Watching.DEPENDENT

    @property
    def state(self) -> DriftState:
        """State of the alarm."""
        return DriftState.LEARNING if self.detector is None else self.detector.alarm.state

    @property
    def watched_days(self) -> float:
        """How long windows were judged."""
        return self.watched_ms / MS_PER_DAY

    @property
    def is_alarmed(self) -> bool:
        """Whether a drift was confirmed and has not yet ended."""
        return self.detector is not None and self.detector.alarm.is_alarmed


def under_epoch(memory: HourlyMemory, epoch: int) -> HourlyMemory:
    """Follow a promotion: the weeks before are measured anew, unless they were in alarm."""
    if memory.model_epoch == epoch:
        return memory
    closed = memory.closed_ms or 0
    return replace(
        _without_reference(memory, memory.closed_ms if memory.is_alarmed else memory.since_ms),
        model_epoch=epoch,
        muted_ms=closed + MUTED_HOURS * MS_PER_HOUR,
    )


def reference_from_ms(memory: HourlyMemory, window: PurchaseWindow) -> int | None:
    """Return where the windows begin that a reference is to be made from; None if it is not time for one."""
    if memory.detector is not None or memory.since_ms is None:
        return None
    first = window.start_ms - REFERENCE_DAYS * MS_PER_DAY
    is_tried = memory.tried_ms is not None and window.start_ms - memory.tried_ms < RETRY_DAYS * MS_PER_DAY
    return None if is_tried or first < memory.since_ms else first


def with_reference(
    memory: HourlyMemory, windows: Sequence[PurchaseWindow], champion: ModelArtifact, rules: HourlyRules
) -> HourlyMemory:
    """Make a reference and its limit from `windows`, in order, if they are independent of each other."""
    if not windows:
        return memory
    memory = replace(memory, tried_ms=windows[-1].end_ms, chance=0.0)
    scale = fit_scale(windows, champion)
    if scale is None:
        return memory
    measured = _measured(windows, scale, champion)
    phases = np.repeat(measured.phases, [len(window) for window in windows])
    reference = summarise(measured.marks, measured.labels, scale.k, phases)
    days, hours = np.array([(window.day, window.phase % 24) for window in windows]).T
    chance = chance_of_differing(measured.sums, measured.phases, days, hours, reference)
    memory = replace(memory, chance=chance)
    if chance < MIN_CHANCE:
        return memory
    limit = _limit(windows, measured, scale.k, rules)
    return replace(memory, scale=scale, detector=start(reference, limit))


def judge(memory: HourlyMemory, window: PurchaseWindow, champion: ModelArtifact) -> HourlyMemory:
    """Close a window, and judge it if there is a reference that knows its hour of the week."""
    memory = replace(
        memory,
        since_ms=window.start_ms if memory.since_ms is None else memory.since_ms,
        closed_ms=window.end_ms,
        verdict=None,
    )
    phase = None if memory.scale is None else memory.scale.phase(window)
    if memory.scale is None or memory.detector is None or phase is None:
        return memory
    was_alarmed = memory.detector.alarm.is_alarmed
    detector, verdict = observe(memory.detector, memory.scale.sums(window, champion), phase)
    if window.end_ms <= memory.muted_ms:
        return replace(memory, detector=replace(detector, alarm=AlarmState(DriftState.OK)), verdict=verdict)
    is_alarmed = detector.alarm.is_alarmed
    since = (memory.alarmed_ms or window.start_ms) if is_alarmed else None
    if since is not None and window.end_ms - since > ACCEPTED_AFTER_DAYS * MS_PER_DAY:
        return _without_reference(memory, since)
    return replace(
        memory,
        detector=detector,
        verdict=verdict,
        alarmed_ms=since,
        windows=memory.windows + 1,
        watched_ms=memory.watched_ms + window.end_ms - window.start_ms,
        alarms=memory.alarms + (is_alarmed and not was_alarmed),
    )


def _without_reference(memory: HourlyMemory, since_ms: int | None) -> HourlyMemory:
    return replace(
        memory,
        since_ms=since_ms,
        tried_ms=None,
        chance=None,
        scale=None,
        detector=None,
        verdict=None,
        alarmed_ms=None,
    )


@dataclass(frozen=True, eq=False)
class _Measured:
    """marks (n, m), labels (n,) : of all rows. sums (t, k, m), phases (t,) : of the windows."""

    marks: Float64
    labels: Int32
    sums: Float64
    phases: Int64


def _measured(windows: Sequence[PurchaseWindow], scale: PurchaseScale, champion: ModelArtifact) -> _Measured:
    parts = [scale.marks(window, champion) for window in windows]
    return _Measured(
        marks=np.concatenate([marks for marks, _ in parts]),
        labels=np.concatenate([labels for _, labels in parts]),
        sums=np.stack([sums_of(marks, labels, scale.k) for marks, labels in parts]),
        phases=np.searchsorted(scale.phases, [window.phase for window in windows]),
    )


def _limit(windows: Sequence[PurchaseWindow], measured: _Measured, k: int, rules: HourlyRules) -> float:
    """Simulate; the season is left out of it, because a surprise weighs what little each phase knows."""
    rng = np.random.default_rng([rules.seed, windows[-1].end_ms // MS_PER_HOUR])
    flat = summarise(measured.marks, measured.labels, k)
    days = (windows[-1].end_ms - windows[0].start_ms) / MS_PER_DAY
    rows = int(np.median([len(window) for window in windows]))
    run_length = rules.budget.run_length(windows_per_day=len(windows) / days)
    return limit_for(population(measured.marks, measured.labels, flat, rng), rows, run_length, rng)
