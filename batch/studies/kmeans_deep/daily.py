"""A year in order of time: the product's own rules, day after day, beside clusterings from scratch.

The stream keeps each customer's state, ages everybody at midnight, and lets the centers rest again. Here
the same functions run in one process, so that what they achieve can be measured without a broker.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from batch.studies.online_retail.invoice_lines import amounts, instants_ms, is_known, is_purchase
from shared.core.arrays import Float64, Int64
from shared.core.choice.stability import adjusted_rand
from shared.core.customers.features import MINOR_PER_UNIT, RfmColumns, feature_matrix
from shared.core.customers.recent import EMPTY
from shared.core.customers.rfm import SCALARS, CustomerStates, apply_transactions
from shared.core.customers.transactions import ENDLESS_MS, NEVER_MS, Transactions
from shared.core.fixed_point import from_fixed, to_fixed
from shared.core.kmeans.assignment import assign, restate
from shared.core.kmeans.lloyd import fit_kmeans
from shared.core.model.transform import FeatureTransform, fit_transform

FEATURES = ("recency_days", "frequency", "monetary")
HORIZON_DAYS = 7
MAX_RECENT = 5_000


@dataclass(frozen=True, eq=False)
class Midnight:
    """Who can be clustered when a day is over. customers : (n,) their places. rfm : their state."""

    day: str
    as_of_ms: int
    customers: Int64
    rfm: RfmColumns
    n_lines: int


@dataclass(frozen=True)
class DayComparison:
    """One day against a clustering from scratch of the same customers.

    restated, frozen : inertia by that of the fresh clustering; 1 is as good. restated_ari, frozen_ari :
    agreement with its labels. moved_share : customers whose segment changed since the day before.
    """

    day: str
    n_customers: int
    restated: float
    frozen: float
    restated_ari: float
    frozen_ari: float
    moved_share: float


@dataclass(frozen=True)
class Year:
    """Looks in order of time. n_days, n_lines : that were followed after the first model."""

    k: int
    champion_day: str
    looks: tuple[DayComparison, ...]
    n_days: int
    n_lines: int


def follow(
    lines: pd.DataFrame, k: int, *, zone: str, first_days: int = 75, every: int = 7, seed: int = 0
) -> Year | None:
    """Fit a first model after some trading days, tend it daily, and judge it every few days.

    None where the lines hold no day after the first model.
    """
    days = midnights(lines, zone)
    first = next(
        (day for at, day in enumerate(days) if at + 1 >= first_days and len(day.customers) >= k), None
    )
    if first is None:
        return None
    raw = feature_matrix(FEATURES, first.rfm, first.as_of_ms)
    transform = fit_transform(raw, FEATURES)
    champion = fit_kmeans(transform.apply(raw), k, rng=seed).centers
    centers, looks, n_days, n_lines = champion, [], 0, 0
    before = pd.Series(dtype=np.int32)
    for at, day in enumerate(days, start=1):
        vectors = _vectors(day, transform)
        settled = restate(vectors, centers)
        centers, labels = settled.centers, pd.Series(settled.labels, index=day.customers)
        n_days, n_lines = at, n_lines + day.n_lines
        if at % every == 0:
            looks.append(_look(day, from_fixed(vectors), (centers, champion), labels, before, seed))
        before = labels
    return Year(k, first.day, tuple(looks), n_days, n_lines) if looks else None


def midnights(lines: pd.DataFrame, zone: str) -> Iterator[Midnight]:
    """Apply the lines of known customers day by day, and give the table at the end of each."""
    known = lines[is_known(lines)]
    rows = _transactions(known, instants_ms(known["invoiced_at"], zone))
    dates = known["invoiced_at"].dt.normalize()
    states = _nobody(int(rows.customer.max(initial=-1)) + 1)
    for date, place in pd.Series(np.arange(len(known))).groupby(dates.to_numpy()):
        today = rows.take(place.to_numpy())
        states, _ = apply_transactions(states, today, horizon_days=HORIZON_DAYS, max_recent=MAX_RECENT)
        inside = np.flatnonzero((states.frequency > 0) & (states.monetary_minor > 0))
        day = pd.Timestamp(str(date))
        ends_ms = instants_ms(pd.Series([day + pd.Timedelta(days=1)]), zone)
        yield Midnight(
            day.date().isoformat(),
            int(ends_ms[0]),
            inside,
            states.take(inside).rfm,
            len(today),
        )


def _look(
    day: Midnight,
    rows: Float64,
    centers: tuple[Float64, Float64],
    labels: "pd.Series[int]",
    before: "pd.Series[int]",
    seed: int,
) -> DayComparison:
    fresh = fit_kmeans(rows, len(centers[0]), n_starts=5, rng=seed)
    tended, frozen = (assign(rows, each) for each in centers)
    stayed = before.index.intersection(labels.index)
    return DayComparison(
        day.day,
        len(rows),
        float((tended.distances**2).sum() / fresh.inertia),
        float((frozen.distances**2).sum() / fresh.inertia),
        adjusted_rand(tended.labels, fresh.labels),
        adjusted_rand(frozen.labels, fresh.labels),
        float((labels.loc[stayed] != before.loc[stayed]).mean()),
    )


def _vectors(day: Midnight, transform: FeatureTransform) -> Int64:
    return to_fixed(transform.apply(feature_matrix(FEATURES, day.rfm, day.as_of_ms)))


def _transactions(known: pd.DataFrame, event_ms: Int64) -> Transactions:
    n = len(known)
    invoices = pd.factorize(known["invoice_no"])[0]
    return Transactions(
        customer=pd.factorize(known["customer_id"])[0].astype(np.int64),
        event_hash=np.arange(n, dtype=np.uint64),  # every line is an event of its own
        invoice_hash=invoices.astype(np.uint64),
        event_ms=event_ms,
        amount_minor=np.rint(amounts(known).to_numpy(np.float64) * MINOR_PER_UNIT).astype(np.int64),
        is_purchase=is_purchase(known).to_numpy(np.bool_),
        offset=np.arange(n, dtype=np.int64),
    )


def _nobody(n: int) -> CustomerStates:
    """Give n customers that nothing is known of."""
    nothing = {"first_purchase_ms": ENDLESS_MS} | dict.fromkeys(
        ("last_purchase_ms", "newest_event_ms", "late_floor_ms"), NEVER_MS
    )
    columns = {name: np.full(n, nothing.get(name, 0), np.int64) for name in SCALARS}
    return CustomerStates(**columns, recent_events=EMPTY, recent_invoices=EMPTY)
