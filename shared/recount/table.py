"""The same accounts from a whole file, with nothing but grouping.

A file has no offsets: nothing in it is late or sent twice, and an invoice is one invoice
however far its lines lie apart.
"""

from collections.abc import Mapping
from decimal import Decimal

import pandas as pd

from shared.recount.customer import Account
from shared.recount.line import MINOR_PER_UNIT


def recount_table(table: pd.DataFrame, *, cancellation_prefix: str) -> dict[str, Account]:
    """Return an account for each customer.

    Parameters
    ----------
    table : texts `customer_id` (empty: a guest), `invoice_no`, `quantity`, `unit_price`, and
        aware times `event_time`.
    """
    lines = table[table["customer_id"] != ""]
    quantity = lines["quantity"].astype("int64")
    minor = lines["unit_price"].map(_minor(lines["unit_price"])).astype("int64")
    is_cancellation = lines["invoice_no"].str.startswith(cancellation_prefix) & bool(cancellation_prefix)
    purchases = lines[(quantity > 0) & ~is_cancellation]
    monetary = (quantity * minor).groupby(lines["customer_id"]).sum()
    of_customer = purchases.groupby("customer_id")
    frequency = of_customer["invoice_no"].nunique()
    first, last = of_customer["event_time"].min(), of_customer["event_time"].max()
    accounts = {str(customer): Account() for customer in monetary.index}
    for customer, account in accounts.items():
        account.monetary_minor = int(monetary[customer])
        if customer in frequency.index:
            account.frequency = int(frequency[customer])
            account.first_purchase_ms = _milliseconds(first[customer])
            account.last_purchase_ms = _milliseconds(last[customer])
    return accounts


def _minor(prices: pd.Series) -> Mapping[str, int]:
    return {text: int(Decimal(text) * MINOR_PER_UNIT) for text in prices.unique()}


def _milliseconds(moment: pd.Timestamp) -> int:
    return round(moment.timestamp() * 1000)
