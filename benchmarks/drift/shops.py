"""The work of parts (b) and (c): histories to watch, quiet or with a scripted change."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.drift.jobs import Found, Job
from benchmarks.drift.shop_watch import BUDGET, WatchedDay, lines_of, planned, watched
from benchmarks.drift.simulator import SHOPS, WARM_UP_DAYS, simulated
from benchmarks.models.cdnow_shaped import cdnow_shaped
from benchmarks.models.purchase_histories import Purchases, cdnow, online_retail
from streaming.replay.rehearsal.simulation import SCENARIOS, rehearse

WITHIN_DAYS: Final = 30
LEARNING_DAYS: Final = 43
"""From the champion to the first day that can be watched: muted, gap and the fewest reference days."""


@dataclass(frozen=True)
class Shelf:
    """Where a history comes from. kind : "shop" with the position among `SHOPS`, "retail" or "cdnow".

    champion_day : when the champion is fitted.
    """

    kind: str
    champion_day: int
    shop: int = 0
    days: int = 0
    file: Path | None = None

    @property
    def name(self) -> str:
        """What the report calls it."""
        real = "CDNOW" if self.file else "CDNOW-shaped"
        return {"shop": SHOPS[self.shop].name, "retail": "Online Retail", "cdnow": real}[self.kind]

    def load(self, seed: int) -> Purchases:
        """Read or generate the purchases."""
        if self.kind == "shop":
            return simulated(SHOPS[self.shop], self.days, seed)
        if self.kind == "retail":
            return online_retail()
        return cdnow(self.file) if self.file else cdnow_shaped(seed)


def shop(position: int, days: int) -> Shelf:
    """Return a simulated shop, whose champion is fitted on the first day that is kept."""
    return Shelf("shop", WARM_UP_DAYS, position, days)


def quiet_job(shelf: Shelf, last_day: int, seed: int) -> Job:
    """Watch a history as it is, up to a day."""
    key = f"calm-{shelf.name.replace(' ', '-')}-{shelf.champion_day}-{last_day}-{seed}"
    return Job(key, _quiet, (shelf, last_day, seed))


def change_job(shelf: Shelf, scenario: str, at_day: int, strength: float, seed: int) -> Job:
    """Watch a history into which a scenario is scripted from a day on, until `WITHIN_DAYS` later."""
    name = shelf.name.replace(" ", "-")
    key = f"change-{name}-{shelf.champion_day}-{scenario}-{strength:g}-{at_day}-{seed}"
    return Job(key, _change, (shelf, scenario, at_day, strength, seed))


def _quiet(shelf: Shelf, last_day: int, seed: int) -> Found:
    said = watched(shelf.load(seed), shelf.champion_day, last_day, seed)
    raised = np.diff([0, *(each.alarms for each in said)]) > 0
    return {
        "watched": np.array(sum(each.is_watched for each in said)),
        "alarms": np.array(said[-1].alarms),
        "days": np.array([each.day for each, new in zip(said, raised, strict=True) if new]),
        "channels": np.array(
            ["+".join(_kinds(each)) for each, new in zip(said, raised, strict=True) if new], dtype="U64"
        ),
    }


def _change(shelf: Shelf, scenario: str, at_day: int, strength: float, seed: int) -> Found:
    purchases = shelf.load(seed)
    at_ms = int(purchases.midnights_ms[at_day - 1])
    assert scenario in SCENARIOS
    changed = planned(purchases, rehearse(lines_of(purchases), scenario, at_ms, strength, seed))
    said = watched(changed, shelf.champion_day, at_day + WITHIN_DAYS - 1, seed)
    before = [each for each in said if each.day < at_day]
    entered = [each for each in said if each.day >= at_day and each.entered]
    return {
        "already": np.array(bool(before[-1].alarmed)),
        "days": np.array(entered[0].day - at_day + 1 if entered else -1),
        "channels": np.array("+".join(_kinds(entered[0])) if entered else "", dtype="U64"),
    }


def _kinds(said: WatchedDay) -> list[str]:
    return sorted({name.partition(":")[0] for name in said.entered})


def expected_alarms(watched_days: float) -> float:
    """Return how many false alarms the budget allows in so many days."""
    return BUDGET.expected(watched_days)
