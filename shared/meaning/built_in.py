"""Profiles of the data sets that the project knows."""

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from shared.meaning.profiles import Profile

_RETAIL = {
    "event_time": "InvoiceDate",
    "stock_code": "StockCode",
    "description": "Description",
    "quantity": "Quantity",
    "country": "Country",
}

ONLINE_RETAIL = Profile(
    name="online-retail",
    columns=MappingProxyType(
        {**_RETAIL, "customer_id": "CustomerID", "invoice_no": "InvoiceNo", "unit_price": "UnitPrice"}
    ),
    constants=MappingProxyType({"currency": "GBP"}),
    zone="Europe/London",
    numbered=True,
)
"""UCI Online Retail: one invoice line a row; equal rows are lines of their own."""

ONLINE_RETAIL_II = Profile(
    name="online-retail-ii",
    columns=MappingProxyType(
        {**_RETAIL, "customer_id": "Customer ID", "invoice_no": "Invoice", "unit_price": "Price"}
    ),
    constants=MappingProxyType({"currency": "GBP"}),
    zone="Europe/London",
)
"""UCI Online Retail II. Its sheets overlap by nine days, which count once: rows are known by content."""

CDNOW = Profile(
    name="cdnow",
    columns=MappingProxyType({"event_time": "date", "customer_id": "customer_id", "unit_price": "amount"}),
    # `amount` is the whole purchase and the column `quantity` its number of CDs: one row is
    # one purchase of one item at that amount, and an invoice of its own.
    constants=MappingProxyType({"quantity": "1", "stock_code": "CD", "currency": "USD"}),
    # Days only: midnight of the shop's day, which is the same calendar day in UTC.
    zone="America/New_York",
    sort=True,  # the file is sorted by customer
    numbered=True,
)
"""CDNOW master file: one purchase a row."""

BUILT_IN: Mapping[str, Profile] = MappingProxyType(
    {p.name: p for p in (ONLINE_RETAIL, ONLINE_RETAIL_II, CDNOW)}
)

_CDNOW_COLUMNS = {"customer_id", "date", "quantity", "amount"}
_CDNOW_PERIOD = ("1997-01-01", "1998-07-01")


def detect(cells: pd.DataFrame) -> Profile | None:
    """Return the built-in profile that a file's columns fit; CDNOW's may be any shop's and need its days too.

    Parameters
    ----------
    cells : the first rows as text.
    """
    names = set(cells.columns)
    if names == _CDNOW_COLUMNS and cells["date"].between(*_CDNOW_PERIOD, inclusive="left").all():
        return CDNOW
    found = (p for p in (ONLINE_RETAIL, ONLINE_RETAIL_II) if set(p.columns.values()) <= names)
    return next(found, None)
