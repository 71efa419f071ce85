"""A year of a real shop: what histories tell of each day, beside pandas on all lines up to it."""

from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from shared.core.customers.history import History, append, fold, no_history, rfm_at, window_sums
from shared.core.customers.history_codec import decode_histories, encode_histories
from shared.core.customers.history_rows import HistoryLines
from shared.core.customers.local_days import EPOCH, local_days
from shared.core.customers.partition_clock import PartitionClock, advance, known_days
from shared.core.customers.transactions import ENDLESS_MS, NEVER_DAY, NEVER_MS

DATA = Path(__file__).parents[3] / "data" / "online_retail.csv.gz"
SHOP = ZoneInfo("Europe/London")
WINDOWS = [("2011-01-15", 30), ("2011-03-28", 90), ("2011-12-09", 365)]


@pytest.fixture(scope="module")
def lines() -> pd.DataFrame:
    """Every line of a known customer, in the order of the file; days by the shop's calendar."""
    wanted = ["InvoiceNo", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"]
    table = pd.read_csv(DATA, usecols=wanted, dtype={"InvoiceNo": "str", "CustomerID": "Int64"})
    table = table[table.CustomerID.notna() & (table.Quantity != 0)].reset_index(drop=True)
    local = pd.to_datetime(table.InvoiceDate)
    buys = (table.Quantity > 0) & ~table.InvoiceNo.str.startswith("C")
    return pd.DataFrame(
        {
            "customer": pd.factorize(table.CustomerID, sort=True)[0],
            "day": (local.dt.normalize() - pd.Timestamp(EPOCH)).dt.days,
            "ms": local.dt.tz_localize(SHOP).astype("datetime64[ms, UTC]").astype("int64"),
            "amount": np.rint(table.UnitPrice * 10_000).astype("int64") * table.Quantity,
            "buys": buys,
            "opens": buys & ~table.InvoiceNo.where(buys).duplicated(),
        }
    )


@pytest.fixture(scope="module")
def history(lines: pd.DataFrame) -> History:
    """Read in four partitions and uneven chunks, through the bytes of a document each time."""
    n = int(lines.customer.max()) + 1
    blobs = encode_histories(no_history(n))
    clocks, step = [PartitionClock() for _ in range(4)], NEVER_DAY
    rng = np.random.default_rng(5)
    edges = np.unique([0, *rng.integers(0, len(lines), 12), len(lines)])
    for start, stop in pairwise(edges):
        read = decode_histories(blobs, [str(who) for who in range(n)])
        for partition, clock in enumerate(clocks):
            part = lines.iloc[start:stop]
            part = part[part.customer % 4 == partition]
            days = local_days(part.ms.to_numpy(), SHOP)
            clocks[partition], floor = advance(
                clock, part.customer.to_numpy(), days, min_customers=3, max_jump_days=31
            )
            read = append(read, _columns(part, days, known_days(days, floor, step)))
        step = min(clock.day for clock in clocks)
        blobs = encode_histories(fold(read, step, 400))
    return decode_histories(blobs, [str(who) for who in range(n)])


def _columns(part: pd.DataFrame, days: np.ndarray, known: np.ndarray) -> HistoryLines:
    return HistoryLines(
        part.customer.to_numpy(),
        days,
        known,
        part.ms.to_numpy(),
        part.amount.to_numpy(),
        part.buys.to_numpy(),
        part.opens.to_numpy(),
    )


def _state(lines: pd.DataFrame, n: int) -> pd.DataFrame:
    """Return the state that lines make of n customers, sentinels where there is none."""
    bought = lines[lines.buys].groupby("customer").ms
    state = pd.DataFrame(
        {
            "frequency": lines.groupby("customer").opens.sum(),
            "monetary": lines.groupby("customer").amount.sum(),
            "first": bought.min(),
            "last": bought.max(),
        },
        dtype="Int64",
    ).reindex(range(n))
    return state.fillna({"frequency": 0, "monetary": 0, "first": ENDLESS_MS, "last": NEVER_MS})


def test_every_day_tells_what_pandas_counts_up_to_it(lines: pd.DataFrame, history: History) -> None:
    n, days = len(history), sorted(lines.day.unique())
    for day in [*range(days[0] - 1, days[-1] + 2)]:
        known = lines[lines.day <= day]
        at = rfm_at(history, day)
        rfm, expected = at.rfm, _state(known, n)
        for found, name in (
            (rfm.frequency, "frequency"),
            (rfm.monetary_minor, "monetary"),
            (rfm.first_purchase_ms, "first"),
            (rfm.last_purchase_ms, "last"),
        ):
            assert np.array_equal(found, expected[name].to_numpy(np.int64)), (day, name)
        assert np.array_equal(at.is_known, np.isin(np.arange(n), known.customer.unique())), day


@pytest.mark.parametrize(("day", "n_days"), WINDOWS)
def test_windows_are_what_pandas_counts_in_them(
    lines: pd.DataFrame, history: History, day: str, n_days: int
) -> None:
    until = (pd.Timestamp(day).date() - EPOCH).days
    inside = lines[(lines.day > until - n_days) & (lines.day <= until)]
    groups, sums = inside.groupby("customer"), window_sums(history, until, n_days)
    expected = {
        "orders": groups.opens.sum(),
        "lines": groups.size(),
        "gross_minor": inside.amount.where(inside.buys, 0).groupby(inside.customer).sum(),
        "returned_minor": -inside.amount.where(~inside.buys, 0).groupby(inside.customer).sum(),
        "active_days": inside[inside.buys].groupby("customer").day.nunique(),
    }
    for name, counted in expected.items():
        everybody = counted.reindex(range(len(history)), fill_value=0).to_numpy(np.int64)
        assert np.array_equal(getattr(sums, name), everybody), name


def test_rows_are_the_active_days_of_customers(lines: pd.DataFrame, history: History) -> None:
    assert len(history.rows) == len(lines.drop_duplicates(["customer", "day"]))
