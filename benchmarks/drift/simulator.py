"""A simulated shop: customers arrive, buy at their own pace, leave; with a week, a year and repeat customers.

Purchases follow a Poisson process at a rate of each customer's own until an unobserved end (the gamma
mixtures of the Pareto/NBD model); spend is log-normal around each customer's own level. Two years pass before
the first day that is kept, so that nearly as many leave as arrive, and the stock ages.

References
----------
Schmittlein, Morrison and Colombo (1987), Counting your customers, Management Science 33(1).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.models.purchase_histories import Purchases, from_rows
from shared.core.arrays import Float64

WARM_UP_DAYS: Final = 730
_CENT_MINOR: Final = 100


@dataclass(frozen=True)
class Shop:
    """What kind of shop it is.

    arrivals : newcomers a day. rate_shape, rate_days : gamma of purchases a day, mean shape / days.
    end_shape, end_days : gamma of the hazard of leaving. median, within, between : log-normal spend.
    week : factor of each weekday. year : how far the season swings, 0.2 is a fifth up and down.
    """

    name: str
    arrivals: float = 12.0
    rate_shape: float = 0.9
    rate_days: float = 30.0
    end_shape: float = 1.5
    end_days: float = 150.0
    median: float = 40.0
    within: float = 0.6
    between: float = 0.5
    week: tuple[float, ...] = (1.0, 1.05, 1.1, 1.2, 1.3, 0.8, 0.55)
    year: float = 0.0

    def season(self, days: Float64) -> Float64:
        """Return the factor on demand of each day."""
        week = np.array(self.week)[days.astype(np.int64) % 7]
        factor: Float64 = week * (1 + self.year * np.sin(2 * np.pi * days / 365.25))
        return factor

    @property
    def peak(self) -> float:
        """The largest factor that the season can have."""
        return max(self.week) * (1 + self.year)


SHOPS: Final = (
    Shop("weekly season"),
    Shop("yearly season of 10%", year=0.1),
    Shop("yearly season of 25%", year=0.25),
)


def simulated(shop: Shop, days: int, seed: int) -> Purchases:
    """Simulate a shop for so many days, from the first kept one on."""
    rng = np.random.default_rng([seed, 7])
    total = WARM_UP_DAYS + days
    first = _arrivals(shop, total, rng)
    n = len(first)
    rates = rng.gamma(shop.rate_shape, 1 / shop.rate_days, n)
    ends = first + rng.exponential(1.0, n) / rng.gamma(shop.end_shape, 1 / shop.end_days, n)
    spans = np.minimum(ends, total) - first
    owners = np.repeat(np.arange(n), rng.poisson(rates * spans * shop.peak))
    later = first[owners] + rng.random(len(owners)) * spans[owners]
    kept = rng.random(len(owners)) < shop.season(later) / shop.peak
    customers = np.concatenate([np.arange(n), owners[kept]])
    when = np.concatenate([first, later[kept]]).astype(np.int64)
    level = rng.normal(np.log(shop.median), shop.between, n)
    spend = np.rint(np.exp(rng.normal(level[customers], shop.within)) * 100).astype(np.int64) * _CENT_MINOR
    return from_rows(shop.name, customers, when, spend)


def _arrivals(shop: Shop, total: int, rng: np.random.Generator) -> Float64:
    """Return the moment of each customer's first purchase, in days."""
    drawn = rng.random(rng.poisson(shop.arrivals * shop.peak * total)) * total
    return drawn[rng.random(len(drawn)) < shop.season(drawn) / shop.peak]
