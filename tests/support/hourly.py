"""A shop in which everybody buys once, as windows of six hours."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from shared.core.customers.features import MS_PER_DAY, RfmColumns
from shared.core.model.artifact import ModelArtifact
from shared.core.windows.hourly import (
    MS_PER_HOUR,
    HourlyMemory,
    HourlyRules,
    judge,
    reference_from_ms,
    with_reference,
)
from shared.core.windows.purchases import PurchaseWindow
from tests.support import small_model
from tests.support.small_model import AS_OF_MS

HOURS = (6, 12, 18, 24)
ROWS = 60


def champion() -> ModelArtifact:
    """Return the small model with two segments of first buyers, told apart by what they spend."""
    centers = [[-2.0, -0.6, -1.0], [-2.0, -0.6, 0.6], [3.0, 2.0, 0.0], [3.0, 0.0, 3.0]]
    return replace(small_model.champion(), centers=np.array(centers))


def window(
    day: int, hour: int, *, factor: float = 1.0, by_day: float = 0.0, stream: int = 0
) -> PurchaseWindow:
    """Return six hours; `by_day` is how much days differ from each other beyond chance."""
    rng = np.random.default_rng([day, hour, stream])
    mood = by_day * np.random.default_rng([day, 99]).normal()
    end_ms = AS_OF_MS + day * MS_PER_DAY + hour * MS_PER_HOUR
    when = np.full(ROWS, end_ms - 1)
    spend = np.exp(rng.normal(13.2 + mood, 1.2, ROWS)) * factor
    rows = RfmColumns(np.ones(ROWS, np.int64), spend.astype(np.int64), when, when)
    who = np.arange(ROWS) + (day * 24 + hour) * ROWS
    return PurchaseWindow(end_ms - 6 * MS_PER_HOUR, end_ms, day, day % 7 * 24 + hour - 1, rows, who)


def days(
    first: int, last: int, *, factor: float = 1.0, by_day: float = 0.0, stream: int = 0
) -> Iterator[PurchaseWindow]:
    """Yield the windows of some days."""
    for day in range(first, last):
        for hour in HOURS:
            yield window(day, hour, factor=factor, by_day=by_day, stream=stream)


def play(
    model: ModelArtifact, windows: Iterable[PurchaseWindow], memory: HourlyMemory, rules: HourlyRules
) -> HourlyMemory:
    """Do with each window what the stream does."""
    past: list[PurchaseWindow] = []
    for each in windows:
        first_ms = reference_from_ms(memory, each)
        if first_ms is not None:
            some = [earlier for earlier in past if earlier.start_ms >= first_ms]
            memory = with_reference(memory, some, model, rules)
        memory = judge(memory, each, model)
        past.append(each)
    return memory
