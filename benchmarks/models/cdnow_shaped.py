"""A cohort with the shape of CDNOW's, generated: its file may be studied but not passed on.

23,570 customers buy for the first time within 84 days and are followed for 546 days. Who comes
back, and when, follows the Pareto/NBD model: purchases at a customer's own Poisson rate until an
unobserved end. The parameters published for CDNOW count days with a purchase over 39 weeks (.553,
10.578, .606, 11.669 weeks); over all 78 weeks they leave 56% of customers with one purchase. The rate's
two are moved so that the counts come out as in the file: half buy once, three purchases on average.
Spend per purchase is log-normal with a level of each customer's own.

References
----------
Fader, Hardie and Lee (2005), "Counting your customers" the easy way, Marketing Science 24(2).
Fader and Hardie (2001), Forecasting repeat sales at CDNOW, Interfaces 31(3).
"""

from dataclasses import asdict, dataclass

import numpy as np

from benchmarks.measured_rows import Row
from benchmarks.models.purchase_histories import Purchases, from_rows
from shared.core.arrays import Int64

CUSTOMERS = 23_570
DAYS = 546
COHORT_DAYS = 84
_RATE_SHAPE, _RATE_WEEKS = 0.75, 13.0
_END_SHAPE, _END_WEEKS = 0.606, 11.669
# of log dollars: within a customer, between customers, and the median purchase
_WITHIN, _BETWEEN, _MEDIAN = 0.59, 0.46, 26.0
_CENT_MINOR = 100


@dataclass(frozen=True)
class Shape:
    """Summary of a cohort.

    purchases : mean per customer. once, ten_or_more : share of customers with so many purchases.
    late : share of purchases in the second half of the days. Amounts are per purchase.
    """

    customers: float
    days: float
    purchases: float
    once: float
    ten_or_more: float
    late: float
    mean_amount: float
    median_amount: float


# Counted in the file: what the generator is measured against.
PUBLISHED = Shape(23_570, 546, 2.955, 0.505, 0.049, 0.295, 35.89, 25.98)


def cdnow_shaped(seed: int, n_customers: int = CUSTOMERS) -> Purchases:
    """Generate the purchases of a cohort."""
    rng = np.random.default_rng(seed)
    first = rng.integers(0, COHORT_DAYS, n_customers)
    rates = rng.gamma(_RATE_SHAPE, 1 / (_RATE_WEEKS * 7), n_customers)
    ends = rng.exponential(1.0, n_customers) / rng.gamma(_END_SHAPE, 1 / (_END_WEEKS * 7), n_customers)
    spans = np.minimum(DAYS - 1 - first, ends)
    repeats = rng.poisson(rates * spans)
    owners = np.repeat(np.arange(n_customers), repeats)
    later = first[owners] + np.ceil(rng.random(len(owners)) * spans[owners]).astype(np.int64)
    customers = np.concatenate([np.arange(n_customers), owners])
    days = np.concatenate([first, np.minimum(later, DAYS - 1)])
    return from_rows("CDNOW-shaped", customers, days, _amounts(customers, n_customers, rng))


def shape_of(purchases: Purchases) -> Shape:
    """Summarise a cohort, generated or real."""
    counts = np.bincount(purchases.customers)
    amounts = purchases.amounts_minor / 10_000
    n_days = int(purchases.days.max()) + 1
    return Shape(
        customers=len(counts),
        days=n_days,
        purchases=float(counts.mean()),
        once=float(np.mean(counts == 1)),
        ten_or_more=float(np.mean(counts >= 10)),
        late=float(np.mean(purchases.days >= n_days // 2)),
        mean_amount=float(amounts.mean()),
        median_amount=float(np.median(amounts)),
    )


def shape_rows(purchases: Purchases) -> list[Row]:
    """Report a cohort's shape beside the file's."""
    file = asdict(PUBLISHED)
    return [
        Row(
            "Shape of the cohort",
            purchases.name,
            "data",
            "",
            name.replace("_", " "),
            value,
            note=f"file: {file[name]:g}",
        )
        for name, value in asdict(shape_of(purchases)).items()
    ]


def _amounts(customers: Int64, n_customers: int, rng: np.random.Generator) -> Int64:
    level = rng.normal(np.log(_MEDIAN), _BETWEEN, n_customers)
    logs = rng.normal(level[customers], _WITHIN)
    cents: Int64 = np.rint(np.exp(logs) * 100).astype(np.int64)
    return cents * _CENT_MINOR
