"""The invoice lines: their columns, and the few questions that every chapter asks of them."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from shared.core.arrays import Int64
from shared.intake.times.zones import to_utc

COLUMNS = (
    "invoice_no",
    "stock_code",
    "description",
    "quantity",
    "invoiced_at",
    "unit_price",
    "customer_id",
    "country",
)
"""Our names, whatever the file calls them."""

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


def with_unit(words: str, currency: str) -> str:
    """Write what a value is with its currency, where one is known: 'revenue, EUR'."""
    return f"{words}, {currency}" if currency else words


def money(value: float, currency: str, digits: int = 2) -> str:
    """Write a value with its currency, where one is known: '1,234.50 EUR'."""
    return f"{value:,.{digits}f} {currency}".rstrip()


def share_of(part: float, whole: float) -> float:
    """Return the part by the whole, 0 of nothing."""
    return part / whole if whole else 0.0


def instants_ms(local: "pd.Series[pd.Timestamp]", zone: str) -> Int64:
    """Return (n,) ms since the epoch of times that clocks showed; an hour that they skip ends the gap."""
    return to_utc(local.to_numpy("datetime64[ms]").astype(np.int64), zone)


def is_cancellation(lines: pd.DataFrame) -> "pd.Series[bool]":
    """Whether items came back on an invoice whose number starts with `C`."""
    return lines["invoice_no"].str.startswith("C") & (lines["quantity"] < 0)


def is_purchase(lines: pd.DataFrame) -> "pd.Series[bool]":
    """Whether something was bought, not cancelled, written off or adjusted."""
    return ~is_cancellation(lines) & (lines["quantity"] > 0)


def is_known(lines: pd.DataFrame) -> "pd.Series[bool]":
    """Whether the line says which customer it belongs to."""
    return lines["customer_id"].notna()


def amounts(lines: pd.DataFrame) -> "pd.Series[float]":
    """Quantity x unit price."""
    return lines["quantity"] * lines["unit_price"]


def usual_subset(lines: pd.DataFrame) -> pd.DataFrame:
    """Lines that most publications on this file keep: a customer, no cancellation, both numbers above 0."""
    return lines[is_known(lines) & is_purchase(lines) & (lines["unit_price"] > 0)]
