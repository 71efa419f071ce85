"""Profiles of the data sets that the project knows."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from shared.errors import InvalidConfig
from streaming.replay.profiles import Profile

ONLINE_RETAIL = Profile(
    name="online-retail",
    columns=MappingProxyType(
        {
            "event_time": "InvoiceDate",
            "customer_id": "CustomerID",
            "invoice_no": "InvoiceNo",
            "stock_code": "StockCode",
            "description": "Description",
            "quantity": "Quantity",
            "unit_price": "UnitPrice",
            "country": "Country",
        }
    ),
    constants=MappingProxyType({"currency": "GBP"}),
    zone="Europe/London",
)
"""UCI Online Retail: one invoice line a row; equal rows are lines of their own."""

CDNOW = Profile(
    name="cdnow",
    columns=MappingProxyType({"event_time": "date", "customer_id": "customer_id", "unit_price": "amount"}),
    # `amount` is the whole purchase and the column `quantity` its number of CDs: one row is
    # one purchase of one item at that amount, and an invoice of its own.
    constants=MappingProxyType({"quantity": "1", "stock_code": "CD", "currency": "USD"}),
    # Days only: midnight of the shop's day, which is the same calendar day in UTC.
    zone="America/New_York",
    sort=True,  # the file is sorted by customer
)
"""CDNOW master file: one purchase a row."""

BUILT_IN: Mapping[str, Profile] = MappingProxyType({p.name: p for p in (ONLINE_RETAIL, CDNOW)})


def detect(header: Sequence[str]) -> Profile:
    """Return the built-in profile whose columns are all in the file.

    Raises
    ------
    InvalidConfig : none fits; the message lists the file's columns.
    """
    for profile in BUILT_IN.values():
        if set(profile.columns.values()) <= set(header):
            return profile
    msg = (
        f"no built-in profile ({', '.join(BUILT_IN)}) fits the columns of this file: {', '.join(header)}; "
        "say what they mean with --map field=COLUMN (repeatable) or --map-file FILE"
    )
    raise InvalidConfig(msg)
