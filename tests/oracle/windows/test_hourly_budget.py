"""The watch over hours keeps its budget where hours are independent: counted, not argued."""

import numpy as np

from shared.core.drift.budget import Budget
from shared.core.windows.hourly import MIN_CHANCE, REFERENCE_DAYS, HourlyMemory, HourlyRules, under_epoch
from tests.support import hourly

STREAMS, QUIET_DAYS = 10, 60
BUDGET = Budget(1, 10)


def test_false_alarms_of_quiet_shops_are_what_the_budget_allows() -> None:
    model, rules = hourly.champion(), HourlyRules(BUDGET, seed=3)
    ends = [
        hourly.play(
            model,
            hourly.days(0, REFERENCE_DAYS + QUIET_DAYS, stream=stream),
            under_epoch(HourlyMemory(), 1),
            rules,
        )
        for stream in range(STREAMS)
    ]

    alarms = sum(memory.alarms for memory in ends)
    expected = BUDGET.expected(sum(memory.windows for memory in ends) / len(hourly.HOURS))
    assert expected > 50
    assert 0.6 * expected <= alarms <= 1.5 * expected
    chances = [memory.chance or 0.0 for memory in ends]
    assert min(chances) >= MIN_CHANCE
    assert np.median(chances) > 0.1
