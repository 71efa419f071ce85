"""Lines without a customer: what another line of the same invoice can tell, and what is left to drop."""

from dataclasses import dataclass

import pandas as pd

from batch.studies.online_retail.invoice_lines import amounts, is_known, share_of


@dataclass(frozen=True)
class MissingCustomers:
    """n_mixed_invoices : invoices with a customer on some lines only, where alone filling is possible.

    n_fillable : lines that their invoice gives a customer. n_dropped, dropped_value : the rest.
    """

    n_missing: int
    share: float
    n_invoices: int
    n_mixed_invoices: int
    n_fillable: int
    n_dropped: int
    dropped_value: float
    dropped_value_share: float


def fill_by_invoice(lines: pd.DataFrame) -> pd.DataFrame:
    """Give lines without a customer the one that another line of their invoice names."""
    first_named = lines.groupby("invoice_no", observed=True)["customer_id"].transform("first")
    return lines.assign(customer_id=lines["customer_id"].fillna(first_named))


def judge_missing(lines: pd.DataFrame) -> MissingCustomers:
    """Count what can be filled by invoice and what cannot."""
    missing = ~is_known(lines)
    still = ~is_known(fill_by_invoice(lines))
    rescued = missing & ~still
    lost = float(amounts(lines[still]).sum())
    return MissingCustomers(
        n_missing=int(missing.sum()),
        share=float(missing.mean()),
        n_invoices=lines.loc[missing, "invoice_no"].nunique(),
        n_mixed_invoices=lines.loc[rescued, "invoice_no"].nunique(),
        n_fillable=int(rescued.sum()),
        n_dropped=int(still.sum()),
        dropped_value=round(lost, 3),
        dropped_value_share=share_of(lost, float(amounts(lines).sum())),
    )
