"""Hourly purchases of a busy shop, judged through the very functions that the stream calls."""

from typing import Final

import numpy as np

from benchmarks.drift.busy_shop import by_hours, changed, states_after, table_at, windows_of
from benchmarks.drift.jobs import Found, Job
from benchmarks.drift.shop_watch import champion_of
from benchmarks.drift.simulator import WARM_UP_DAYS
from benchmarks.models.purchase_histories import Purchases
from shared.core.customers.features import MS_PER_DAY
from shared.core.drift.budget import Budget
from shared.core.windows.hourly import (
    MS_PER_HOUR,
    REFERENCE_DAYS,
    HourlyMemory,
    HourlyRules,
    judge,
    reference_from_ms,
    under_epoch,
    with_reference,
)
from shared.core.windows.purchases import PurchaseWindow

BUDGET: Final = Budget.parse("1 per 20 days")
"""Of the hours alone in quiet months; nine times the usual, so that there is something to count."""

USUAL: Final = Budget.parse("1 per 180 days")
"""What hours get of 1 per 90 days; changes are watched under it."""

FIT_SAMPLE: Final = 20_000
"""Customers that the champion is fitted on."""


def quiet_job(days: int, seed: int) -> Job:
    """Watch so many days after those of the reference, without any change."""
    return Job(f"hours-quiet-{days}-{seed}", _quiet, (days, seed))


def change_job(scenario: str, strength: float, after_days: int, within_days: int, seed: int) -> Job:
    """Watch a change that comes so many days after the reference, for so long."""
    key = f"hours-{scenario}-{strength:g}-{after_days}-{within_days}-{seed}"
    return Job(key, _change, (scenario, strength, after_days, within_days, seed))


def _quiet(days: int, seed: int) -> Found:
    length = REFERENCE_DAYS + days
    memory, entered = _watched(by_hours(length, seed), length, HourlyRules(BUDGET, seed))
    judged_days = memory.windows and days
    return {
        "days": np.array(judged_days),
        "windows": np.array(memory.windows),
        "alarms": np.array(len(entered)),
        "chance": np.array(np.nan if memory.chance is None else memory.chance),
    }


def _change(scenario: str, strength: float, after_days: int, within_days: int, seed: int) -> Found:
    last = REFERENCE_DAYS + after_days + within_days
    at_day = WARM_UP_DAYS + REFERENCE_DAYS + after_days
    purchases = changed(by_hours(last, seed), scenario, at_day, strength, seed)
    _, entered = _watched(purchases, last, HourlyRules(USUAL, seed))
    later = [(ms, channel) for ms, channel in entered if ms > at_day * MS_PER_DAY]
    hours = (later[0][0] - at_day * MS_PER_DAY) // MS_PER_HOUR if later else -1
    return {"hours": np.array(hours), "channel": np.array(later[0][1] if later else "", dtype="U16")}


def _watched(
    purchases: Purchases, days: int, rules: HourlyRules
) -> tuple[HourlyMemory, list[tuple[int, str]]]:
    """Return the memory at the end, and the end and channel of each window that raised an alarm."""
    who, states = states_after(purchases)
    customers = table_at(who, states, WARM_UP_DAYS)
    rng = np.random.default_rng([rules.seed, 19])
    sample = rng.choice(len(customers.frequency), FIT_SAMPLE, replace=False)
    champion = champion_of(customers.take(sample), WARM_UP_DAYS * MS_PER_DAY, rules.seed)
    memory, past, entered = HourlyMemory(), list[PurchaseWindow](), list[tuple[int, str]]()
    for window in windows_of(who, states, WARM_UP_DAYS, WARM_UP_DAYS + days):
        memory = under_epoch(memory, 1)
        first_ms = reference_from_ms(memory, window)
        if first_ms is not None:
            some = [earlier for earlier in past if earlier.start_ms >= first_ms]
            memory = with_reference(memory, some, champion, rules)
        alarms, memory = memory.alarms, judge(memory, window, champion)
        past.append(window)
        if memory.alarms > alarms and memory.verdict is not None:
            entered.append((window.end_ms, memory.verdict.channel))
    return memory, entered
