"""What must come of a shop's lines, counted by pandas over whole columns: nothing here knows batches."""

from dataclasses import asdict, dataclass

import pandas as pd

from tests.support.shop import HORIZON_DAYS, SoldLine

FIELDS = (
    "frequency",
    "monetary_minor",
    "first_purchase_at",
    "last_purchase_at",
    "applied",
    "duplicate",
    "late",
)


@dataclass(frozen=True)
class Expected:
    """customers : by id, the columns of `FIELDS`, times in epoch ms or missing. counters : of the stream."""

    customers: pd.DataFrame
    counters: dict[str, int]


def expected_of(lines: list[SoldLine]) -> Expected:
    """Judge and sum `lines`, given in the order they were sent."""
    sent = pd.DataFrame(map(asdict, lines))
    sent["amount"] = sent.quantity * sent.price_minor
    known = sent[sent.customer_id.notna()].copy()
    newest = known.groupby("customer_id").event_ms.cummax()
    known["late"] = known.event_ms < newest - HORIZON_DAYS * 86_400_000
    identity = ["customer_id", "event_id", "event_ms"]
    known["duplicate"] = False
    in_time = known[~known.late]
    known.loc[in_time.index, "duplicate"] = in_time.duplicated(identity)
    known["applied"] = ~known.late & ~known.duplicate
    guests = sent[sent.customer_id.isna()]
    outcomes = {name: int(known[name].sum()) for name in ("applied", "duplicate", "late")}
    counters = {"read": len(sent), **outcomes, "unattributed": len(guests), "rejected": 0}
    counters["unattributed_minor"] = int(guests.amount.sum())
    return Expected(_customers(known), counters)


def _customers(known: pd.DataFrame) -> pd.DataFrame:
    applied = known[known.applied]
    is_negative = (applied.quantity < 0) | (applied.price_minor < 0)
    purchases = applied[~is_negative & ~applied.invoice_no.str.startswith("C")]
    by_purchase = purchases.groupby("customer_id")
    counts = known.groupby("customer_id")[["applied", "duplicate", "late"]].sum()
    table = pd.DataFrame(
        {
            "frequency": by_purchase.invoice_no.nunique(),
            "monetary_minor": applied.groupby("customer_id").amount.sum(),
            "first_purchase_at": by_purchase.event_ms.min().astype("Int64"),
            "last_purchase_at": by_purchase.event_ms.max().astype("Int64"),
        }
    ).join(counts, how="outer")
    whole = ["frequency", "monetary_minor"]
    table[whole] = table[whole].fillna(0).astype("int64")
    return table[list(FIELDS)].sort_index()
