"""Parts (b) and (c): daily flows of a stock of customers, in simulated shops and in two real histories."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np

from benchmarks.drift.jobs import Found, Job, Workers
from benchmarks.drift.shop_watch import BUDGET
from benchmarks.drift.shops import (
    LEARNING_DAYS,
    WITHIN_DAYS,
    Shelf,
    change_job,
    expected_alarms,
    quiet_job,
    shop,
)
from benchmarks.drift.simulator import SHOPS, WARM_UP_DAYS
from benchmarks.measured_rows import Bound, Row
from streaming.replay.rehearsal.simulation import SCENARIOS

QUIET, CHANGES = "Simulated shop, quiet years", "Simulated shop, changes"
REPLAYS: Final = "Replays"
OURS: Final = "ours"
SILENT: Final = "season-only"
"""Not a drift: it is printed how often it is taken for one."""

CHANGE_AFTER: Final = 100
"""Days from the champion to the change: the reference is full by then."""

EFFECTS: Final[Mapping[str, float]] = MappingProxyType(
    {name: scenario.strength for name, scenario in SCENARIOS.items()} | {"top-buyers-leave": 0.1}
)
"""Effect sizes of part (b)."""

RETAIL: Final = Shelf("retail", champion_day=90)
RETAIL_QUIET_END: Final = 274
"""31 August 2011: the ramp towards Christmas begins after it."""

RETAIL_END: Final = 373
RETAIL_DATES: Final = (166, 196, 227)
"""15 May, 14 June and 15 July 2011."""

CDNOW_DAY, CDNOW_AT, CDNOW_END = 150, (300, 400), 545


@dataclass(frozen=True)
class StockExtent:
    """kinds : of shops with quiet years, and years of each. changes : shops for each of the scenarios.

    dates : of injections in replays. with_cdnow : whether its cohort is replayed.
    """

    kinds: int
    years: int
    changes: int
    dates: int
    scenarios: tuple[str, ...]
    with_cdnow: bool


FULL: Final = StockExtent(len(SHOPS), 20, 40, 3, tuple(SCENARIOS), with_cdnow=True)
QUICK: Final = StockExtent(1, 1, 1, 1, ("spend-inflation", "fewer-purchases"), with_cdnow=False)


def stock_rows(extent: StockExtent, workers: Workers, seed: int) -> list[Row]:
    """Measure part (b)."""
    rows = []
    for position, kind in enumerate(SHOPS[: extent.kinds]):
        last_day = WARM_UP_DAYS + LEARNING_DAYS + 365
        shelf = shop(position, LEARNING_DAYS + 366)
        found = workers.carry_out([quiet_job(shelf, last_day, seed + at) for at in range(extent.years)])
        rows += _quiet_rows(QUIET, kind.name, found, Bound("<=", 1.5))
    shelf, at_day = shop(0, CHANGE_AFTER + WITHIN_DAYS + 1), WARM_UP_DAYS + CHANGE_AFTER
    for scenario in extent.scenarios:
        strength = EFFECTS[scenario]
        jobs = [change_job(shelf, scenario, at_day, strength, seed + at) for at in range(extent.changes)]
        found = workers.carry_out(jobs)
        rows += _change_rows(CHANGES, SHOPS[0].name, f"{scenario} {strength:g}", found)
    return rows


def replay_rows(extent: StockExtent, workers: Workers, seed: int, cdnow: Path | None) -> list[Row]:
    """Measure part (c)."""
    [calm, year] = workers.carry_out([quiet_job(RETAIL, end, seed) for end in (RETAIL_QUIET_END, RETAIL_END)])
    rows = _quiet_rows(REPLAYS, "Online Retail, to 31 August", [calm], None)
    rows += _quiet_rows(REPLAYS, "Online Retail, with the ramp to Christmas", [year], None)
    for scenario in extent.scenarios:
        strength = EFFECTS[scenario]
        jobs = [change_job(RETAIL, scenario, at, strength, seed) for at in RETAIL_DATES[: extent.dates]]
        found = workers.carry_out(jobs)
        rows += _change_rows(REPLAYS, RETAIL.name, f"{scenario} {strength:g}", found, is_simulated=False)
    if extent.with_cdnow:
        for file in dict.fromkeys((None, cdnow)):
            rows += _cdnow_rows(Shelf("cdnow", CDNOW_DAY, file=file), extent, workers, seed)
    return rows


def _cdnow_rows(shelf: Shelf, extent: StockExtent, workers: Workers, seed: int) -> list[Row]:
    """Replay a cohort that only shrinks: nobody arrives in it, so some scenarios would mean nothing."""
    rows = _quiet_rows(REPLAYS, shelf.name, workers.carry_out([quiet_job(shelf, CDNOW_END, seed)]), None)
    for scenario in ("spend-inflation", "fewer-purchases", "new-cohort"):
        if scenario in extent.scenarios:
            strength = EFFECTS[scenario]
            jobs: list[Job] = [change_job(shelf, scenario, at, strength, seed) for at in CDNOW_AT]
            found = workers.carry_out(jobs)
            rows += _change_rows(REPLAYS, shelf.name, f"{scenario} {strength:g}", found, is_simulated=False)
    return rows


def _quiet_rows(section: str, data: str, found: Sequence[Found], target: Bound | None) -> list[Row]:
    days, alarms = (sum(int(each[name]) for each in found) for name in ("watched", "alarms"))
    which = ", ".join(
        f"day {day} {channel}"
        for each in found[:1]
        for day, channel in zip(each["days"].tolist(), each["channels"].tolist(), strict=True)
    )
    note = f"{alarms} alarms in {days:,} watched days of {len(found)} runs, budget {BUDGET}"
    first = f"; first run: {which}" if which else ""
    ratio = alarms / expected_alarms(days) if days else np.nan
    return [Row(section, data, OURS, "quiet", "false alarms / budget", ratio, target, note + first)]


def _change_rows(
    section: str, data: str, case: str, found: Sequence[Found], *, is_simulated: bool = True
) -> list[Row]:
    """Report hits within 30 days, and the days to the alarm; what was in alarm already is not judged."""
    judged = [each for each in found if not each["already"]]
    days = np.array([int(each["days"]) for each in judged])
    hit = days > 0
    target = Bound(">=", 0.95) if is_simulated and not case.startswith(SILENT) else None
    channels = sorted({str(each["channels"]) for each in judged} - {""})
    left_out = len(found) - len(judged)
    note = f"{len(judged)} runs, {left_out} in alarm already; days {_listed(days)}; {', '.join(channels)}"
    rate = float(hit.mean()) if len(hit) else np.nan
    delay = float(days[hit].mean()) if hit.any() else np.nan
    return [
        Row(section, data, OURS, case, f"alarmed within {WITHIN_DAYS} days", rate, target, note),
        Row(section, data, OURS, case, "mean days to the alarm", delay),
    ]


def _listed(days: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> str:
    return " ".join("missed" if day < 0 else str(day) for day in days.tolist())
