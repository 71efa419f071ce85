"""The promise of the budget on simulated shops, and how soon a change is found.

A shop has weekdays and busy spells that last from day to day; its reference is eight weeks long.
"""

import pytest

from shared.core.drift.budget import Budget
from shared.core.drift.watch import WatchRules
from tests.support.flow_shop import Change, flows, watched

RULES = WatchRules(Budget.parse("1 per 90 days"), seed=7)
DAYS, SHOPS = 300, 4
CHANGED = 120


@pytest.mark.parametrize("memory", [0.0, 0.5])
def test_quiet_years_keep_the_budget(memory: float) -> None:
    alarms = days = 0
    for seed in range(SHOPS):
        end, _ = watched(flows(100 + seed, DAYS, memory=memory), RULES)
        alarms, days = alarms + end.alarms, days + end.watched_days

    assert days > 0.85 * SHOPS * DAYS
    assert alarms <= 1.5 * RULES.budget.expected(days)


@pytest.mark.parametrize(
    ("change", "causes", "within_days"),
    [
        (Change(CHANGED, spend=1.5), {"basket"}, 10),
        (Change(CHANGED, spend=0.7), {"basket"}, 10),
        (Change(CHANGED, buyers=0.5), {"buyers", "arrivals"}, 10),
        (Change(CHANGED, newcomers=300), {"arrivals"}, 2),
        (Change(CHANGED, leaving=15), {"segments"}, 10),
    ],
)
def test_a_change_is_found_soon_and_called_by_its_name(
    change: Change, causes: set[str], within_days: int
) -> None:
    delays = []
    for seed in range(SHOPS):
        _, raised = watched(flows(200 + seed, CHANGED + 30, change), RULES)
        found = [day - CHANGED for day, cause in raised if day >= CHANGED and cause in causes]
        delays.append(min(found, default=99))

    assert sum(delay <= 30 for delay in delays) >= 0.95 * SHOPS
    assert sorted(delays)[SHOPS // 2] <= within_days
