"""Tables of customers that have little in common."""

import numpy as np
import pandas as pd


def cards(n: int = 600, seed: int = 1) -> pd.DataFrame:
    """Accounts of a bank: skewed amounts, empty cells, columns that repeat others, groups as numbers."""
    rng = np.random.default_rng(seed)
    kind = rng.choice(3, n, p=[0.5, 0.3, 0.2])
    balance = np.exp(rng.normal(np.array([4.0, 7.0, 8.5])[kind], 0.6))
    has_bought = rng.random(n) > np.array([0.6, 0.05, 0.5])[kind]
    purchases = np.where(has_bought, np.exp(rng.normal(5 + kind, 0.7)), 0)
    table = pd.DataFrame(
        {
            "CUST_ID": [f"C{10_001 + row}" for row in range(n)],
            "BALANCE": balance.round(2),
            "PURCHASES": purchases.round(2),
            "PURCHASES_TWICE": (2 * purchases).round(2),
            "CREDIT_LIMIT": np.exp(rng.normal(8, 0.7, n)).round(-2),
            "MINIMUM_PAYMENTS": np.exp(rng.normal(5, 1, n)).round(2),
            "PRC_FULL": rng.random(n).round(3),
            "LATE_EVER": (rng.random(n) < 0.02).astype(int) * rng.integers(5, 60, n),
            "Region": rng.integers(1, 4, n),
            "Currency": "INR",
        }
    )
    table.loc[rng.random(n) < 0.1, "MINIMUM_PAYMENTS"] = np.nan
    table.loc[3, "CREDIT_LIMIT"] = np.nan
    return table


def one_cloud(n: int = 90, seed: int = 2) -> pd.DataFrame:
    """No groups, no ids, negative amounts in euros as a spreadsheet writes them, percents, dates, braces."""
    rng = np.random.default_rng(seed)
    euros = [
        f"{amount:,.2f} €".translate(str.maketrans(",.", ".,")) for amount in rng.normal(200, 900, n).round(2)
    ]
    return pd.DataFrame(
        {
            "result {EUR}": euros,
            "discount": [f"{share:.0f} %" for share in rng.uniform(0, 40, n)],
            "since": [f"{day}.{month}.2021" for day, month in rng.integers(1, (29, 13), (n, 2))],
            "who {m}": rng.choice(["Herr", "Frau", ""], n),
            "remarks": "",
            "mostly": np.where(rng.random(n) < 0.7, "?", "12"),
        }
    )


def wholesale(n: int = 300, seed: int = 3) -> pd.DataFrame:
    """Two clear groups by two amounts, a channel that goes with them, and no cell empty."""
    rng = np.random.default_rng(seed)
    channel = rng.choice([1, 2], n, p=[0.7, 0.3])
    center = np.where(channel == 1, 10.0, 7.0)
    return pd.DataFrame(
        {
            "Channel": channel,
            "Fresh": np.exp(rng.normal(center, 0.3)).round(),
            "Grocery": np.exp(rng.normal(17 - center, 0.3)).round(),
        }
    )


def one_amount(n: int = 60, seed: int = 4) -> pd.DataFrame:
    """Nothing but a number for each customer."""
    return pd.DataFrame({"points": np.random.default_rng(seed).normal(0, 5, n).round(1)})
