"""Three shops that have little in common, as files: what one says of its lines is not true of the others."""

from pathlib import Path

import numpy as np
import pandas as pd


def make(kind: str, path: Path) -> None:
    """Write the file of one shop."""
    SHOPS[kind](np.random.default_rng(7)).to_csv(path, index=False)


def _lines(rng: np.random.Generator, n: int, n_customers: int, days: int) -> pd.DataFrame:
    """Lines under plain names; customers differ in how often and how much they buy."""
    customer = (n_customers * rng.beta(1, 2.5, n)).astype(int)
    day = pd.Timestamp("2023-03-20") + pd.to_timedelta(rng.integers(0, days * 24 * 60, n), "min")
    article = rng.integers(0, 40, n)
    price = np.round(1 + article * 0.75, 2)
    return pd.DataFrame(
        {
            "order": 5_000 + np.arange(n) // 3,
            "when": day,
            "customer": [f"k{number:03d}" for number in customer],
            "article": [f"A{number:02d}" for number in article],
            "quantity": rng.integers(1, 9, n),
            "price": price,
        }
    )


def _one_country(rng: np.random.Generator) -> pd.DataFrame:
    """Everybody is known and lives in one country; euros; clocks skip an hour; C numbers every invoice."""
    lines = _lines(rng, 900, 90, 200)
    lines.loc[0, "when"] = pd.Timestamp("2023-03-26 02:30")
    return pd.DataFrame(
        {
            "Order ID": "C-" + lines["order"].astype(str),
            "Order Date": lines["when"].dt.strftime("%Y-%m-%d %H:%M"),
            "Customer Number": lines["customer"],
            "SKU": lines["article"],
            "Product Name": "thing " + lines["article"],
            "Quantity": lines["quantity"],
            "Unit Price": lines["price"],
            "Currency": "EUR",
            "Country": "Portugal",
        }
    )


def _amounts_only(rng: np.random.Generator) -> pd.DataFrame:
    """One month of totals without invoices, articles, countries or a currency; some are negative."""
    lines = _lines(rng, 700, 80, 28)
    total = lines["quantity"] * lines["price"]
    return pd.DataFrame(
        {
            "client": lines["customer"].where(rng.random(700) > 0.1, ""),
            "date": lines["when"].dt.strftime("%Y-%m-%d"),
            "amount": total.where(rng.random(700) > 0.05, -total),
        }
    )


def _constant_prices(rng: np.random.Generator) -> pd.DataFrame:
    """Everything costs the same, bar gifts; lines repeat side by side; some are cancelled."""
    lines = _lines(rng, 800, 70, 90).sort_values("when", ignore_index=True)
    lines = lines.assign(price=5.0, quantity=lines["quantity"] + 20 * (lines["article"] == "A01"))
    lines.loc[::50, "price"] = 0.0
    back = lines.iloc[10:200:10].assign(
        order=lambda table: "C" + table["order"].astype(str), quantity=lambda table: -table["quantity"]
    )
    back["when"] += pd.Timedelta(days=2)
    twins = lines.loc[lines.index.repeat(np.where(lines.index % 20 == 0, 2, 1))]
    every = pd.concat([twins, back])
    return pd.DataFrame(
        {
            "InvoiceNo": every["order"],
            "StockCode": every["article"],
            "Description": every["article"].str.lower(),
            "Quantity": every["quantity"],
            "InvoiceDate": every["when"].dt.strftime("%Y-%m-%d %H:%M:%S"),
            "UnitPrice": every["price"],
            "CustomerID": every["customer"],
            "Country": np.where(every["customer"] < "k020", "Chile", "Peru"),
        }
    )


SHOPS = {
    "one country, euros": _one_country,
    "amounts of one month": _amounts_only,
    "constant prices": _constant_prices,
}
