"""Recency, frequency and monetary of each customer, and the two scales to cluster them on."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from batch.studies.online_retail.invoice_lines import amounts, is_purchase
from shared.core.arrays import Float64, ReadOnlyArrays

FEATURES = ("recency_days", "frequency", "monetary")


@dataclass(frozen=True, eq=False)
class Customers(ReadOnlyArrays):
    """Who is clustered: a purchase and a net spend above 0.

    rfm : one row a customer, columns `customer_id` and `FEATURES`, by customer.
    raw : (n, 3) each feature less its mean, by its deviation. log : the same of log(1 + feature).
    n_left_out : customers with a net spend of 0 or less, whom a log scale cannot hold.
    """

    rfm: pd.DataFrame
    raw: Float64
    log: Float64
    as_of: str
    n_left_out: int


def to_customers(lines: pd.DataFrame) -> Customers:
    """Sum lines up by customer, as of the midnight after the last of them.

    Recency counts days since the last purchase, frequency invoices with a purchase, monetary all lines:
    what came back is no spend.
    """
    as_of = lines["invoiced_at"].max().normalize() + pd.Timedelta(days=1)
    bought = lines[is_purchase(lines)].groupby("customer_id")
    table = pd.DataFrame(
        {
            "recency_days": (as_of - bought["invoiced_at"].max()) / pd.Timedelta(days=1),
            "frequency": bought["invoice_no"].nunique().astype(np.float64),
            "monetary": amounts(lines).groupby(lines["customer_id"]).sum().round(3),
        }
    )
    rfm = table[table["frequency"].gt(0) & table["monetary"].gt(0)].sort_index()
    values = rfm.to_numpy(np.float64)
    return Customers(
        rfm.rename_axis("customer_id").reset_index(),
        standardised(values),
        standardised(np.log1p(values)),
        as_of.isoformat(),
        len(table) - len(rfm),
    )


def standardised(values: Float64) -> Float64:
    """Each column less its mean, by its population deviation; a constant column becomes 0."""
    deviations = values.std(axis=0)
    scaled: Float64 = (values - values.mean(axis=0)) / np.where(deviations > 0, deviations, 1.0)
    return scaled
