"""Daily flows of a simulated shop: weekdays, busy and idle spells, and scripted changes."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from shared.core.drift.day_flows import GROUPS, SUMS, DayFlow
from shared.core.drift.episodes import follow
from shared.core.drift.memory import DriftMemory
from shared.core.drift.series import oldest_needed
from shared.core.drift.watch import WatchRules, under_model, watch

FIRST_DAY = 734_000
IDS = (10, 11, 12, 13)
K = len(IDS)
WEEK = 1 + 0.3 * np.sin(np.arange(7))


@dataclass(frozen=True)
class Change:
    """What is different from `day` on; 1 and 0 are no change."""

    day: int = 10**6
    spend: float = 1.0
    buyers: float = 1.0
    newcomers: int = 0
    leaving: int = 0


def flows(seed: int, days: int, change: Change = Change(), memory: float = 0.3) -> Iterator[DayFlow]:
    """Yield days of about 60 buyers out of 4,000 customers; `memory` : of busy spells, from day to day."""
    rng = np.random.default_rng(seed)
    spell = 0.0
    for number in range(days):
        is_changed = number >= change.day
        spell = memory * spell + 0.08 * rng.normal()
        rate = 60 * WEEK[number % 7] * np.exp(spell) * (change.buyers if is_changed else 1.0)
        buyers = rng.poisson(rate / GROUPS, GROUPS)
        raised = np.log(change.spend) if is_changed else 0.0
        logs = np.array([rng.normal(3.0 + raised, 1.0, n).sum() for n in buyers])
        arrivals = rng.binomial(buyers, 0.2)
        if number == change.day:
            arrivals = arrivals + rng.multinomial(change.newcomers, np.full(GROUPS, 1 / GROUPS))
        to_segments = rng.multinomial(buyers, rng.dirichlet(np.full(K, 50.0)))
        from_segments = rng.multinomial(buyers - arrivals.clip(max=buyers), np.full(K, 1 / K))
        innovations = to_segments - from_segments
        if is_changed:
            leaving = rng.multinomial(change.leaving, np.full(GROUPS, 1 / GROUPS))
            innovations[:, 0] -= leaving
            innovations[:, 1] += leaving
        yield day_of(number, buyers, logs, arrivals, innovations)


def day_of(
    number: int,
    buyers: np.ndarray,
    logs: np.ndarray,
    arrivals: np.ndarray,
    innovations: np.ndarray,
    *,
    span_days: int = 1,
    epoch: int = 1,
) -> DayFlow:
    """Return the flow of a day; arrays by group."""
    columns = {
        "buyers": buyers,
        "log_basket": np.rint(logs * 2**32),
        "arrivals": arrivals,
        "spend_minor": buyers * 200_000,
        "clustered": np.full(GROUPS, 200),
    }
    sums = np.column_stack([*(columns[name] for name in SUMS), innovations]).astype(np.int64)
    nobody = np.zeros((K, K), np.int64)
    return DayFlow(FIRST_DAY + number, span_days, epoch, IDS, sums, nobody, nobody)


def watched(days: Iterator[DayFlow], rules: WatchRules) -> tuple[DriftMemory, list[tuple[int, str]]]:
    """Watch a shop; returns the memory at the end, and day and cause of every alarm."""
    memory, history, raised = under_model(DriftMemory(), 0, 1, 1), list[DayFlow](), []
    for flow in days:
        recent = [earlier for earlier in history if earlier.day >= oldest_needed(flow.day)]
        before = memory.alarms
        memory, readings = watch(memory, recent, flow, rules)
        memory = follow(memory, readings, flow.day)
        if memory.alarms > before:
            raised.append((flow.day - FIRST_DAY, memory.episodes[-1].cause))
        history.append(flow)
    return memory, raised
