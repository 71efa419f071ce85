"""Purchase histories, and the customer table that they make at every local midnight.

Written without the product's own state rules, so that the models are judged on a table of which a
mistake in those rules would show.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from shared.core.arrays import Bool, Int64
from shared.core.customers.features import MS_PER_DAY, RfmColumns

ONLINE_RETAIL = Path(__file__).parents[2] / "data" / "online_retail.csv.gz"
FEATURES = ("recency_days", "frequency", "monetary")


@dataclass(frozen=True, eq=False)
class Purchases:
    """Purchase and return lines in order of time; all arrays (n,).

    customers : 0 to n_customers - 1. times_ms : since the epoch, UTC. days : local days since the first
    one. opens : 1 on the first purchase line of an invoice. buys : whether it is a purchase line.
    amounts_minor : value in 1/10,000 of the currency unit, negative for returns.
    midnights_ms : (n_days,) end of each local day.
    """

    name: str
    customers: Int64
    times_ms: Int64
    days: Int64
    opens: Int64
    buys: Bool
    amounts_minor: Int64
    midnights_ms: Int64

    @property
    def n_customers(self) -> int:
        """Customers that ever appear."""
        return int(self.customers.max()) + 1


@dataclass(frozen=True, eq=False)
class DayTable:
    """The table at the end of a trading day.

    day : local days since the first. customers : (n,) those that can be clustered. rfm : their state,
    columns (n,). touched : (n,) whether they had a line on this day.
    """

    day: int
    as_of_ms: int
    customers: Int64
    rfm: RfmColumns
    touched: Bool


def online_retail(path: Path = ONLINE_RETAIL) -> Purchases:
    """Read the year of a UK gift-ware retailer (UCI 352); lines without a customer stay out."""
    lines = pd.read_csv(
        path,
        usecols=["InvoiceNo", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"],
        dtype={"InvoiceNo": "str", "CustomerID": "Int64"},
    )
    lines = lines[lines.CustomerID.notna() & (lines.Quantity != 0)]
    buys = (lines.Quantity > 0) & ~lines.InvoiceNo.str.startswith("C")
    amounts = np.rint(lines.UnitPrice * 10_000).astype("int64") * lines.Quantity
    times = pd.to_datetime(lines.InvoiceDate)
    return _arranged(
        "Online Retail", lines.CustomerID, times, lines.InvoiceNo, buys, amounts, "Europe/London"
    )


def cdnow(path: Path) -> Purchases:
    """Read the CDNOW master file: customer_id, date, quantity, amount; a row is a purchase of its own."""
    rows = pd.read_csv(path)
    amounts = np.rint(rows.amount * 10_000).astype("int64")
    # Bought at noon: the file knows days only.
    times = pd.to_datetime(rows.date) + pd.Timedelta(hours=12)
    buys = pd.Series(data=True, index=rows.index)
    return _arranged("CDNOW", rows.customer_id, times, pd.Series(rows.index), buys, amounts, "UTC")


def from_rows(name: str, customers: Int64, days: Int64, amounts_minor: Int64) -> Purchases:
    """Take generated purchases, each an invoice of its own, at noon of its day."""
    order = np.argsort(days, kind="stable")
    n = len(order)
    return Purchases(
        name=name,
        customers=customers[order],
        times_ms=days[order] * MS_PER_DAY + MS_PER_DAY // 2,
        days=days[order],
        opens=np.ones(n, np.int64),
        buys=np.ones(n, np.bool_),
        amounts_minor=amounts_minor[order],
        midnights_ms=(np.arange(days.max() + 1) + 1) * MS_PER_DAY,
    )


def midnights(purchases: Purchases) -> Iterator[DayTable]:
    """Yield the table at the end of every day with purchases of at least three customers."""
    n = purchases.n_customers
    frequency, monetary = np.zeros((2, n), np.int64)
    first, last = np.full(n, np.iinfo(np.int64).max), np.full(n, np.iinfo(np.int64).min)
    cuts = np.searchsorted(purchases.days, np.arange(len(purchases.midnights_ms) + 1))
    for day, (start, stop) in enumerate(pairwise(cuts.tolist())):
        part = slice(start, stop)
        who, buys = purchases.customers[part], purchases.buys[part]
        np.add.at(frequency, who, purchases.opens[part])
        np.add.at(monetary, who, purchases.amounts_minor[part])
        np.minimum.at(first, who[buys], purchases.times_ms[part][buys])
        np.maximum.at(last, who[buys], purchases.times_ms[part][buys])
        touched = np.zeros(n, np.bool_)
        touched[who] = True
        if touched.sum() < 3:
            continue
        inside = np.flatnonzero((frequency > 0) & (monetary > 0))
        rfm = RfmColumns(frequency[inside], monetary[inside], first[inside], last[inside])
        yield DayTable(day, int(purchases.midnights_ms[day]), inside, rfm, touched[inside])


def _arranged(
    name: str,
    customer: "pd.Series[int]",
    local_times: "pd.Series[pd.Timestamp]",
    invoice: "pd.Series[str]",
    buys: "pd.Series[bool]",
    amounts_minor: "pd.Series[int]",
    zone: str,
) -> Purchases:
    order = np.argsort(local_times.to_numpy(), kind="stable")
    local = local_times.iloc[order].dt.tz_localize(zone)
    dates = local.dt.normalize()
    start = dates.iloc[0]
    ends = pd.date_range(start, dates.iloc[-1], freq="D", tz=zone) + pd.DateOffset(days=1)
    bought = buys.to_numpy(np.bool_)[order]
    invoices = pd.factorize(invoice.to_numpy()[order])[0]
    opens = np.zeros(len(order), np.int64)
    opens[np.flatnonzero(bought)[np.unique(invoices[bought], return_index=True)[1]]] = 1
    return Purchases(
        name=name,
        customers=pd.factorize(customer.to_numpy()[order])[0].astype(np.int64),
        times_ms=_epoch_ms(local),
        days=(dates.dt.tz_localize(None) - start.tz_localize(None)).dt.days.to_numpy().astype(np.int64),
        opens=opens,
        buys=bought,
        amounts_minor=amounts_minor.to_numpy()[order].astype(np.int64),
        midnights_ms=_epoch_ms(ends.to_series()),
    )


def _epoch_ms(times: "pd.Series[pd.Timestamp]") -> Int64:
    return (
        times.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy().astype("datetime64[ms]").astype(np.int64)
    )
