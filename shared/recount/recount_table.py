"""The same accounts from a whole file, with nothing but grouping.

A file has no offsets: nothing in it is late or sent twice, and an invoice is one invoice
however far its lines lie apart.
"""

from functools import lru_cache

import pandas as pd

from shared.recount.account import Account
from shared.recount.line import Value, read_value


def recount_table(table: pd.DataFrame, *, cancellation_prefix: str) -> dict[str, Account]:
    """Return an account for each customer.

    Parameters
    ----------
    table : texts `customer_id` (empty: a guest), `invoice_no`, `quantity` and `unit_price`, or `amount`
        instead of both, and aware times `event_time`.
    """
    lines = table[table["customer_id"] != ""]
    values = _values(lines)
    is_negative = pd.Series([value.is_negative for value in values], lines.index, bool)
    minor = pd.Series([value.minor for value in values], lines.index, "int64")
    is_cancellation = lines["invoice_no"].str.startswith(cancellation_prefix) & bool(cancellation_prefix)
    purchases = lines[~is_negative & ~is_cancellation]
    monetary = minor.groupby(lines["customer_id"]).sum()
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


def _values(lines: pd.DataFrame) -> list[Value]:
    columns = [lines.get(name, [None] * len(lines)) for name in ("quantity", "unit_price", "amount")]
    read = lru_cache(maxsize=65_536)(read_value)
    return [read(*texts) for texts in zip(*columns, strict=True)]


def _milliseconds(moment: pd.Timestamp) -> int:
    return round(moment.timestamp() * 1000)
