"""A small shop to rehearse on: customers come, buy at their own pace and leave, as many as come.

On its last days guests fill every day up to `LINES_A_DAY` lines: a micro-batch is then exactly a day.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

OPENING: Final = date(2010, 3, 1)
WARM_UP_DAYS: Final = 119
"""Before the opening, so that it opens with customers of every age."""

LINES_A_DAY: Final = 100
ARRIVALS_A_DAY: Final = 5.0
WEEK: Final = np.array([1.0, 1.05, 1.1, 1.15, 1.2, 0.8, 0.7])
"""Factor on demand, from Monday on."""


@dataclass(frozen=True)
class Kind:
    """A kind of customer.

    share : of newcomers. a_day : purchases after the first, until they leave, which is after `life_days`
    on average. median : of what they spend.
    """

    share: float
    a_day: float
    life_days: float
    median: float


KINDS: Final = (Kind(0.25, 1 / 6, 150, 120.0), Kind(0.35, 1 / 25, 120, 40.0), Kind(0.4, 0.0, 1, 25.0))


def write_shop(file: Path, *, days: int, level_from: int, seed: int) -> None:
    """Write so many days with the columns of Online Retail; guests fill them up from day `level_from` on."""
    rng = np.random.default_rng(seed)
    drawn = [_purchases(kind, f"c{at}", WARM_UP_DAYS + days, rng) for at, kind in enumerate(KINDS)]
    purchases = pd.concat(drawn).assign(day=lambda bought: bought.day - WARM_UP_DAYS).query("day >= 0")
    n_of = np.bincount(purchases.day, minlength=days)[level_from:]
    guests = pd.DataFrame({"day": np.repeat(np.arange(level_from, days), LINES_A_DAY - n_of)})
    table = pd.concat([purchases, guests.assign(customer="", price=5.0)], ignore_index=True)
    table["second"] = rng.integers(9 * 3600, 17 * 3600, len(table))
    table = table.sort_values(["day", "second"], kind="stable", ignore_index=True)
    moments = pd.Timestamp(OPENING) + pd.to_timedelta(table.day * 86_400 + table.second, unit="s")
    columns = {
        "InvoiceNo": 500_000 + table.index,
        "StockCode": "85123A",
        "Description": "",
        "Quantity": 1,
        "InvoiceDate": moments.dt.strftime("%Y-%m-%d %H:%M:%S"),
        "UnitPrice": table.price.round(2),
        "CustomerID": table.customer,
        "Country": "United Kingdom",
    }
    pd.DataFrame(columns).to_csv(file, index=False)


def day_of(number: int) -> date:
    """Return the date of a day of the shop; the first is 0."""
    return OPENING + timedelta(days=number)


def _purchases(kind: Kind, prefix: str, days: int, rng: np.random.Generator) -> pd.DataFrame:
    """Draw day, customer and price of everything that customers of a kind buy."""
    week = WEEK[np.arange(days) % 7]
    first = np.repeat(np.arange(days), rng.poisson(ARRIVALS_A_DAY * kind.share * week))
    life = np.minimum(rng.exponential(kind.life_days, len(first)), days - first)
    again = np.repeat(np.arange(len(first)), rng.poisson(kind.a_day * life * WEEK.max()))
    later = (first[again] + rng.random(len(again)) * life[again]).astype(np.int64)
    is_kept = rng.random(len(again)) < week[later] / WEEK.max()
    who = np.concatenate([np.arange(len(first)), again[is_kept]])
    level = np.log(kind.median) + rng.normal(0, 0.3, len(first))
    return pd.DataFrame(
        {
            "day": np.concatenate([first, later[is_kept]]),
            "customer": [f"{prefix}-{one:05}" for one in who],
            "price": np.exp(rng.normal(level[who], 0.5)),
        }
    )
