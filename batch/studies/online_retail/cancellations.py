"""Cancellations: how many, and what stands behind the two assumptions usually made about them.

A cancellation is an invoice of its own, numbered `C…`; nothing in it names the purchase it undoes.
"""

from dataclasses import dataclass

import pandas as pd

from batch.studies.online_retail.invoice_lines import (
    amounts,
    is_cancellation,
    is_known,
    is_purchase,
    share_of,
)


@dataclass(frozen=True)
class CancellationShares:
    """Shares are of all invoices, of all lines, and of the value of all purchase lines."""

    n_invoices: int
    n_cancelled_invoices: int
    invoice_share: float
    n_lines: int
    n_cancelled_lines: int
    line_share: float
    cancelled_value: float
    value_share: float
    n_customers: int
    customer_share: float


@dataclass(frozen=True)
class Independence:
    """Whether a cancelled order stands alone. Only lines with a customer can be looked at.

    n_naming_their_order : cancelled invoices whose number without the C is a purchase's.
    n_with_purchase : cancelled lines whose customer bought that article before.
    chance_before_any, chance_after_one : share of cancellations among the orders of customers who have
        not, and who have, cancelled before; equal if cancelling were independent of what came before.
    """

    n_lines: int
    n_naming_their_order: int
    n_with_purchase: int
    with_purchase_share: float
    chance_before_any: float
    chance_after_one: float


def measure_shares(lines: pd.DataFrame) -> CancellationShares:
    """Count cancellations among all lines as they were read."""
    cancelled, known = is_cancellation(lines), is_known(lines)
    n_invoices, n_cancelled = lines["invoice_no"].nunique(), lines.loc[cancelled, "invoice_no"].nunique()
    value = -float(amounts(lines[cancelled]).sum())
    n_customers = lines.loc[cancelled & known, "customer_id"].nunique()
    return CancellationShares(
        n_invoices=n_invoices,
        n_cancelled_invoices=n_cancelled,
        invoice_share=n_cancelled / n_invoices,
        n_lines=len(lines),
        n_cancelled_lines=int(cancelled.sum()),
        line_share=float(cancelled.mean()),
        cancelled_value=round(value, 3),
        value_share=share_of(value, float(amounts(lines[is_purchase(lines)]).sum())),
        n_customers=n_customers,
        customer_share=n_customers / lines["customer_id"].nunique(),
    )


def judge_independence(lines: pd.DataFrame) -> Independence:
    """Test the first assumption: each cancelled order is independent."""
    known = lines[is_known(lines)]
    cancelled = known[is_cancellation(known)]
    numbers = cancelled["invoice_no"].str[1:].drop_duplicates()
    first_bought = known[is_purchase(known)].groupby(["customer_id", "stock_code"])["invoiced_at"].min()
    keys = pd.MultiIndex.from_frame(cancelled[["customer_id", "stock_code"]])
    before = first_bought.reindex(keys).to_numpy() <= cancelled["invoiced_at"].to_numpy()
    chances = _chance_after(known)
    return Independence(
        n_lines=len(cancelled),
        n_naming_their_order=int(numbers.isin(lines["invoice_no"]).sum()),
        n_with_purchase=int(before.sum()),
        with_purchase_share=int(before.sum()) / max(len(before), 1),
        chance_before_any=chances[0],
        chance_after_one=chances[1],
    )


def _chance_after(known: pd.DataFrame) -> tuple[float, float]:
    """Share of cancelled orders among those of customers without, and with, an earlier cancelled one."""
    orders = known[["customer_id", "invoiced_at", "invoice_no", "quantity"]].sort_values(
        ["customer_id", "invoiced_at", "invoice_no"]
    )
    orders = orders.drop_duplicates(["customer_id", "invoice_no"])
    cancelled = is_cancellation(orders).astype(int)
    before = cancelled.groupby(orders["customer_id"]).cumsum() - cancelled
    return _mean(cancelled[before == 0]), _mean(cancelled[before > 0])


def _mean(values: "pd.Series[int]") -> float:
    """Give the mean, 0 of nothing."""
    return float(values.sum()) / max(len(values), 1)
