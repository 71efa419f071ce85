"""The same accounts from a whole file, with nothing but grouping.

A file has no offsets: nothing in it is late or sent twice, and an invoice is one invoice
however far its lines lie apart.
"""

from functools import lru_cache

import pandas as pd

from shared.recount.account import Account
from shared.recount.line import Value, read_value
from shared.recount.past import DaySums, local_day


def recount_table(table: pd.DataFrame, *, cancellation_prefix: str, zone: str) -> dict[str, Account]:
    """Return an account for each customer.

    Parameters
    ----------
    table : texts `customer_id` (empty: a guest), `invoice_no`, `quantity` and `unit_price`, or `amount`
        instead of both, and aware times `event_time`; in the order in which they are sent.
    zone : in which days are told apart; a file does not say from which day its lines are known, so that is
        the day itself.
    """
    lines = table[table["customer_id"] != ""]
    values = _values(lines)
    is_negative = pd.Series([value.is_negative for value in values], lines.index, bool)
    minor = pd.Series([value.minor for value in values], lines.index, "int64")
    is_cancellation = lines["invoice_no"].str.startswith(cancellation_prefix) & bool(cancellation_prefix)
    is_purchase = ~is_negative & ~is_cancellation
    invoices = lines[["customer_id", "invoice_no"]].assign(buys=is_purchase)
    opens = is_purchase & ~invoices.duplicated()
    columns = (lines["customer_id"], lines["event_time"], minor, is_purchase, opens)
    accounts: dict[str, Account] = {}
    for customer, moment, amount, buys, is_first in zip(*columns, strict=True):
        time_ms = round(moment.timestamp() * 1000)
        day = local_day(time_ms, zone)
        bought = DaySums(int(is_first), 1, amount, 0, time_ms, time_ms)
        past = accounts.setdefault(customer, Account()).past
        past.add((day, day), bought if buys else DaySums(lines=1, returned=-amount))
    for account in accounts.values():
        sums = account.past.summed()
        account.frequency, account.monetary_minor = sums.orders, sums.gross - sums.returned
        account.first_purchase_ms, account.last_purchase_ms = sums.first, sums.last
    return accounts


def _values(lines: pd.DataFrame) -> list[Value]:
    columns = [lines.get(name, [None] * len(lines)) for name in ("quantity", "unit_price", "amount")]
    read = lru_cache(maxsize=65_536)(read_value)
    return [read(*texts) for texts in zip(*columns, strict=True)]
