"""The two shops whose stream is timed: what they sell, as a file to replay, and up to when."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from benchmarks.drift.simulator import WARM_UP_DAYS, Shop, simulated
from shared.meaning.built_in import ONLINE_RETAIL

OPENS: Final = date(2011, 1, 3)
PROFILE: Final = replace(ONLINE_RETAIL, name="made-up", zone="UTC")
"""What the columns of the files mean."""

MODEL_DAYS: Final = 5
"""Of history for the model, which then stays."""

EVERY_DAY: Final = (1.0,) * 7
HOUR_BUYERS: Final = 130
HOURS_A_DAY: Final = 6
"""Of the busy shop: enough for several windows a day, and few enough for five quick weeks."""

ORDINARY: Final = Shop("ordinary shop, days", arrivals=40.0, week=EVERY_DAY)
"""About as many lines and invoices a day as Online Retail."""

BUSY: Final = Shop(
    f"busy shop, days and hours of {HOUR_BUYERS} buyers",
    arrivals=HOUR_BUYERS * HOURS_A_DAY / 1.15,
    rate_shape=2.0,
    rate_days=2.0 / 0.03,
    end_shape=20.0,
    end_days=100.0,
    week=EVERY_DAY,
)
"""Most buy once, so that hours are independent from the first week on; a balance needs no years."""


@dataclass(frozen=True)
class Pass:
    """A part of the history: up to which day after the opening, and how many lines a micro-batch reads."""

    until: int
    lines: int


@dataclass(frozen=True)
class TimedShop:
    """What is streamed.

    is_hourly : whether hours are watched, too. hours : of a day, from nine on. invoice_lines : of each.
    warm_up : until there are limits. large, small : passes that are timed, with about a micro-batch a tick or
    window, and with many.
    """

    shop: Shop
    is_hourly: bool
    hours: int
    invoice_lines: int
    first: Pass
    warm_up: Pass
    large: Pass
    small: Pass

    def write(self, path: Path, seed: int) -> None:
        """Write the purchases after the simulator's warm-up, in the format of Online Retail."""
        bought = simulated(self.shop, self.small.until, seed)
        rows = np.flatnonzero(bought.days >= WARM_UP_DAYS)
        opens = (bought.days[rows] - WARM_UP_DAYS) * 86_400 + 9 * 3600
        seconds = opens + np.random.default_rng([seed, 23]).integers(0, self.hours * 3600, rows.size)
        order = np.argsort(seconds, kind="stable")
        line = np.repeat(order, self.invoice_lines)
        prices = bought.amounts_minor[rows[line]] / 10_000 / self.invoice_lines
        pd.DataFrame(
            {
                "InvoiceNo": line + 1_000_000,
                "StockCode": "1",
                "Description": "ARTICLE",
                "Quantity": 1,
                "InvoiceDate": np.datetime_as_string(np.datetime64(OPENS, "s") + seconds[line]),
                "UnitPrice": np.maximum(np.round(prices, 2), 0.01),
                "CustomerID": bought.customers[rows[line]],
                "Country": "United Kingdom",
            }
        ).to_csv(path, index=False)


def day(number: int) -> date:
    """Return the day so many days after the opening."""
    return OPENS + timedelta(days=number)


def timed_shops(*, is_quick: bool) -> Sequence[TimedShop]:
    """Return both; a quick run knows the ordinary one alone, and is over sooner after the first limits."""
    return [_ordinary(14, 1)] if is_quick else [_ordinary(28, 2), _busy(5, 1, 3)]


def _ordinary(large_days: int, small_days: int) -> TimedShop:
    ready, lines = 54, 1_700
    return TimedShop(
        ORDINARY,
        is_hourly=False,
        hours=12,
        invoice_lines=8,
        first=Pass(MODEL_DAYS, 100_000),
        warm_up=Pass(ready, lines),
        large=Pass(ready + large_days, 1_000),
        small=Pass(ready + large_days + small_days, 24),
    )


def _busy(large_days: int, small_days: int, lines: int) -> TimedShop:
    ready = 36
    return TimedShop(
        BUSY,
        is_hourly=True,
        hours=HOURS_A_DAY,
        invoice_lines=1,
        first=Pass(MODEL_DAYS, 100_000),
        warm_up=Pass(ready, HOUR_BUYERS * HOURS_A_DAY),
        large=Pass(ready + large_days, HOUR_BUYERS),
        small=Pass(ready + large_days + small_days, lines),
    )
