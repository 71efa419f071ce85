"""A shop with hundreds of buyers an hour, as the windows that the stream would close."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from benchmarks.drift.shop_watch import planned
from benchmarks.drift.simulator import Shop, simulated
from benchmarks.models.purchase_histories import Purchases
from shared.core.arrays import Int64
from shared.core.customers.features import MS_PER_DAY, RfmColumns
from shared.core.windows.hourly import MS_PER_HOUR
from shared.core.windows.purchases import MIN_ROWS, PurchaseWindow, fresh_sample
from shared.core.windows.spans import MEMORY
from streaming.replay.rehearsal.simulation import Lines, rehearse

BUSY: Final = Shop("hundreds of buyers an hour", arrivals=1500.0, end_shape=20.0, end_days=2000.0)
"""Nobody stays for years, so that after the two of the warm-up the shop is really in balance."""

DEMAND: Final = (1, 1, 1, 1, 1, 2, 3, 5, 7, 8, 9, 9, 9, 8, 8, 8, 8, 9, 10, 11, 11, 9, 6, 3)
"""How purchases spread over the hours of a day, the same for everybody."""


def by_hours(days: int, seed: int) -> Purchases:
    """Simulate the shop for so many days after its warm-up, with an hour for each purchase."""
    purchases = simulated(BUSY, days, seed)
    rng, n = np.random.default_rng([seed, 17]), len(purchases.days)
    hours = rng.choice(len(DEMAND), n, p=np.array(DEMAND) / sum(DEMAND))
    times_ms = purchases.days * MS_PER_DAY + hours * MS_PER_HOUR + rng.integers(0, MS_PER_HOUR, n)
    order = np.argsort(times_ms, kind="stable")
    per_line = ("customers", "days", "opens", "buys", "amounts_minor")
    sorted_ = {name: getattr(purchases, name)[order] for name in per_line}
    return replace(purchases, times_ms=times_ms[order], **sorted_)


def changed(purchases: Purchases, scenario: str, at_day: int, strength: float, seed: int) -> Purchases:
    """Script a change from the first hour of a day on; every purchase is an invoice of its own."""
    amounts = purchases.amounts_minor / 10_000
    lines = Lines(purchases.times_ms, purchases.customers, np.arange(len(amounts)), amounts)
    return planned(purchases, rehearse(lines, scenario, at_day * MS_PER_DAY, strength, seed))


def states_after(purchases: Purchases) -> tuple[Int64, RfmColumns]:
    """Return who bought, and what that customer was then, for each purchase in order of time."""
    order = np.lexsort((purchases.times_ms, purchases.customers))
    who, when, spend = (column[order] for column in _columns(purchases))
    starts = np.flatnonzero(np.diff(who, prepend=-1))
    first = np.repeat(starts, np.diff(starts, append=len(who)))
    spent = np.cumsum(spend)
    states = RfmColumns(np.arange(len(who)) - first + 1, spent - (spent - spend)[first], when[first], when)
    by_time = np.argsort(when, kind="stable")
    return who[by_time], states.take(by_time)


def table_at(who: Int64, states: RfmColumns, day: int) -> RfmColumns:
    """Return everybody's state when `day` begins."""
    stop = int(np.searchsorted(states.last_purchase_ms, day * MS_PER_DAY))
    return states.take(stop - 1 - np.unique(who[:stop][::-1], return_index=True)[1])


def windows_of(who: Int64, states: RfmColumns, first_day: int, last_day: int) -> Iterator[PurchaseWindow]:
    """Close windows from one day to another as `hourly_watch` does, with everybody's newest purchase."""
    recent: list[PurchaseWindow] = []
    start_ms = first_day * MS_PER_DAY
    for end_ms in range(start_ms + MS_PER_HOUR, last_day * MS_PER_DAY + 1, MS_PER_HOUR):
        first, stop = np.searchsorted(states.last_purchase_ms, (start_ms, end_ms))
        newest = stop - 1 - np.unique(who[first:stop][::-1], return_index=True)[1]
        # Any order that differs from window to window.
        order = np.random.default_rng(start_ms // MS_PER_HOUR).permutation(len(newest))
        chosen = newest[fresh_sample(who[newest], order, recent)]
        if len(chosen) >= MIN_ROWS:
            day, hour = divmod(end_ms // MS_PER_HOUR - 1, 24)
            rows = states.take(chosen)
            window = PurchaseWindow(start_ms, end_ms, day, day % 7 * 24 + hour, rows, who[chosen])
            recent, start_ms = [*recent[1 - MEMORY :], window], end_ms
            yield window


def _columns(purchases: Purchases) -> tuple[Int64, Int64, Int64]:
    return purchases.customers, purchases.times_ms, purchases.amounts_minor
