"""Hourly purchases of returning customers: quiet months against the budget, then changes of known size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from benchmarks.drift.hour_watch import BUDGET, change_job, quiet_job
from benchmarks.drift.jobs import Found, Workers
from benchmarks.measured_rows import Bound, Row

QUIET, CHANGES = "Busy shop, quiet hours", "Busy shop, changes"
DATA: Final = "hundreds of buyers an hour"
OURS: Final = "ours"

QUIET_DAYS: Final = 120
CHANGE_AFTER_DAYS: Final = 10
WITHIN_DAYS: Final = 7

EFFECTS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "spend-inflation": 0.1,
        "new-cohort": 0.1,
        "share-shift": 0.1,
        "top-buyers-leave": 0.1,
        "gradual-mix": 0.5,
        "fewer-purchases": 0.4,
    }
)
SILENT: Final = "fewer-purchases"
"""Who buys stays the same: a matter of the daily flows, printed to show that hours keep silent."""


@dataclass(frozen=True)
class HoursExtent:
    """quiet : shops watched without a change. changes : shops for each change."""

    quiet: int
    changes: int


FULL: Final = HoursExtent(10, 5)
QUICK: Final = HoursExtent(1, 0)


def hours_rows(extent: HoursExtent, workers: Workers, seed: int) -> list[Row]:
    """Measure the watch over hours."""
    quiet = workers.carry_out([quiet_job(QUIET_DAYS, seed + at) for at in range(extent.quiet)])
    rows = [_quiet_row(quiet)]
    for scenario, strength in EFFECTS.items() if extent.changes else ():
        jobs = [
            change_job(scenario, strength, CHANGE_AFTER_DAYS, WITHIN_DAYS, seed + at)
            for at in range(extent.changes)
        ]
        rows += _change_rows(f"{scenario} {strength:g}", workers.carry_out(jobs))
    return rows


def _quiet_row(found: Sequence[Found]) -> Row:
    days, windows, alarms = (sum(int(each[name]) for each in found) for name in ("days", "windows", "alarms"))
    note = f"{alarms} alarms in {windows:,} windows of {days:,} days, budget {BUDGET}"
    unwatched = sum(not each["windows"] for each in found)
    if unwatched:
        note += f"; {unwatched} of {len(found)} shops not watched: their hours hang together"
    ratio = alarms / BUDGET.expected(days) if days else np.nan
    return Row(QUIET, DATA, OURS, "quiet", "false alarms / budget", ratio, Bound("<=", 1.5), note)


def _change_rows(case: str, found: Sequence[Found]) -> list[Row]:
    hours = np.array([int(each["hours"]) for each in found])
    hit = hours >= 0
    listed = " ".join("missed" if each < 0 else str(each) for each in hours.tolist())
    channels = ", ".join(sorted({str(each["channel"]) for each in found} - {""}))
    target = None if case.startswith(SILENT) else Bound(">=", 0.95)
    name = f"alarmed within {WITHIN_DAYS} days"
    delay = float(hours[hit].mean()) if hit.any() else np.nan
    return [
        Row(CHANGES, DATA, OURS, case, name, float(hit.mean()), target, f"hours {listed}; {channels}"),
        Row(CHANGES, DATA, OURS, case, "mean hours to the alarm", delay),
    ]
