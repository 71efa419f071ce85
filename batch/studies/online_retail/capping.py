"""Capping at the quartile fences, and what it would do to quantities, prices and revenue."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from batch.studies.online_retail.invoice_lines import amounts

FENCE = 1.5
"""Interquartile ranges beyond the quartiles; Tukey's (1977) rule."""


@dataclass(frozen=True)
class Capped:
    """One column with its values replaced by the nearer fence.

    touched_revenue_share : revenue of the lines that would be changed, of all.
    """

    column: str
    quartile_1: float
    quartile_3: float
    low: float
    high: float
    n_below: int
    n_above: int
    share: float
    touched_revenue_share: float
    total_before: float
    total_after: float


@dataclass(frozen=True)
class CappingEffect:
    """Both columns capped at once. Skewness of customers' spend on three scales.

    top_share : of the revenue that the best 1% of customers bring.
    """

    quantity: Capped
    unit_price: Capped
    revenue_before: float
    revenue_after: float
    revenue_lost_share: float
    touched_share: float
    touched_revenue_share: float
    top_share_before: float
    top_share_after: float
    spend_skewness: float
    spend_skewness_capped: float
    spend_skewness_log: float


def judge_capping(purchases: pd.DataFrame) -> CappingEffect:
    """Cap quantity and unit price of purchase lines, and compare the sums.

    Parameters
    ----------
    purchases : lines with a customer, quantity and price above 0.
    """
    quantity, price = cap(purchases, "quantity"), cap(purchases, "unit_price")
    capped = capped_lines(purchases)
    before, after = float(amounts(purchases).sum()), float(amounts(capped).sum())
    changed = (capped["quantity"] != purchases["quantity"]) | (
        capped["unit_price"] != purchases["unit_price"]
    )
    spend, capped_spend = spend_of(purchases), spend_of(capped)
    return CappingEffect(
        quantity=quantity,
        unit_price=price,
        revenue_before=round(before, 3),
        revenue_after=round(after, 3),
        revenue_lost_share=1 - after / before,
        touched_share=float(changed.mean()),
        touched_revenue_share=float(amounts(purchases[changed]).sum()) / before,
        top_share_before=top_share(spend),
        top_share_after=top_share(capped_spend),
        spend_skewness=float(spend.skew()),  # type: ignore[arg-type]
        spend_skewness_capped=float(capped_spend.skew()),  # type: ignore[arg-type]
        spend_skewness_log=float(pd.Series(np.log1p(spend)).skew()),  # type: ignore[arg-type]
    )


def capped_lines(purchases: pd.DataFrame) -> pd.DataFrame:
    """Replace quantities and prices beyond the fences by the fence."""
    quantity, price = cap(purchases, "quantity"), cap(purchases, "unit_price")
    return purchases.assign(
        quantity=purchases["quantity"].clip(quantity.low, quantity.high),
        unit_price=purchases["unit_price"].clip(price.low, price.high),
    )


def cap(purchases: pd.DataFrame, column: str) -> Capped:
    """Find the fences of one column, and what lies beyond them."""
    values = purchases[column]
    quartile_1, quartile_3 = values.quantile([0.25, 0.75]).tolist()
    low = quartile_1 - FENCE * (quartile_3 - quartile_1)
    high = quartile_3 + FENCE * (quartile_3 - quartile_1)
    below, above = values < low, values > high
    return Capped(
        column=column,
        quartile_1=quartile_1,
        quartile_3=quartile_3,
        low=low,
        high=high,
        n_below=int(below.sum()),
        n_above=int(above.sum()),
        share=float((below | above).mean()),
        touched_revenue_share=float(amounts(purchases[below | above]).sum() / amounts(purchases).sum()),
        total_before=float(values.sum()),
        total_after=float(values.clip(low, high).sum()),
    )


def spend_of(purchases: pd.DataFrame) -> "pd.Series[float]":
    """Sum up what each customer spent."""
    return amounts(purchases).groupby(purchases["customer_id"]).sum()


def top_share(spend: "pd.Series[float]", part: float = 0.01) -> float:
    """Share of the total that the best `part` of customers bring."""
    best = spend.nlargest(max(1, round(len(spend) * part)))
    return float(best.sum() / spend.sum())
