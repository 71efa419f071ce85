"""The invoice lines: their columns, and the few questions that every chapter asks of them."""

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "invoice_no": "InvoiceNo",
        "stock_code": "StockCode",
        "description": "Description",
        "quantity": "Quantity",
        "invoiced_at": "InvoiceDate",
        "unit_price": "UnitPrice",
        "customer_id": "CustomerID",
        "country": "Country",
    }
)
"""Our names, and those of the published file."""

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "invoice_no": "categorical",
        "stock_code": "categorical",
        "description": "categorical",
        "quantity": "numerical",
        "invoiced_at": "temporal",
        "unit_price": "numerical",
        "customer_id": "categorical",
        "country": "categorical",
    }
)

ZONE = "Europe/London"
"""The file's times are the shop's local ones; it does not say so, its opening hours do."""

CURRENCY = "GBP"


def is_cancellation(lines: pd.DataFrame) -> "pd.Series[bool]":
    """Whether the line is on an invoice whose number starts with `C`."""
    return lines["invoice_no"].str.startswith("C")


def is_purchase(lines: pd.DataFrame) -> "pd.Series[bool]":
    """Whether something was bought, not cancelled, written off or adjusted."""
    return ~is_cancellation(lines) & (lines["quantity"] > 0)


def is_known(lines: pd.DataFrame) -> "pd.Series[bool]":
    """Whether the line says which customer it belongs to."""
    return lines["customer_id"].notna()


def amounts(lines: pd.DataFrame) -> "pd.Series[float]":
    """Quantity x unit price, in GBP."""
    return lines["quantity"] * lines["unit_price"]


def usual_subset(lines: pd.DataFrame) -> pd.DataFrame:
    """Lines that most publications on this file keep: a customer, no cancellation, both numbers above 0."""
    return lines[is_known(lines) & is_purchase(lines) & (lines["unit_price"] > 0)]
