"""Three shops that have little in common with the one that is shipped; all cells are text."""

import numpy as np
import pandas as pd


def with_clubs(seed: int = 1, n: int = 600) -> pd.DataFrame:
    """Columns of a till's export: no quantities, placeholders of its own, names of clubs for discounts."""
    rng = np.random.default_rng(seed)
    born = pd.Timestamp("1960-01-01") + pd.to_timedelta(rng.integers(0, 15_000, n), "D")
    day = pd.Timestamp("2016-03-01") + pd.to_timedelta(rng.integers(0, 120, n), "D")
    price = np.where(rng.random(n) < 0.1, -rng.gamma(2, 100, n), rng.gamma(2, 300, n)).round(2)
    table = pd.DataFrame(
        {
            "customerID": [f"BBID_{number}" for number in rng.integers(200, 320, n)],
            "DOB": born.strftime("%Y-%m-%d"),
            "Gender": rng.choice(["F", "M", ""], n, p=[0.3, 0.2, 0.5]),
            "State": rng.choice(["KARNATAKA", "KERALA"], n),
            "PinCode": rng.choice(["560001", "560034", "682011", "999999"], n, p=[0.4, 0.3, 0.2, 0.1]),
            "transactionDate": day.strftime("%Y-%m-%d"),
            "store_code": rng.choice(["2655", "2656"], n),
            "store_description": "A store",
            "till_no": rng.integers(1, 9, n).astype(str),
            "transaction_number_by_till": rng.integers(1, 9_999, n).astype(str),
            "promo_code": rng.choice(["NONPROMO", "0000451229", "0000451230"], n, p=[0.7, 0.2, 0.1]),
            "promotion_description": "",
            "product_code": rng.integers(1, 900, n).astype(str),
            "product_description": "An article",
            "sale_price_after_promo": [f"{value:.2f}" for value in price],
            "discountUsed": rng.choice(["Payback", "Club Gold", "Club Silver"], n, p=[0.6, 0.3, 0.1]),
        }
    )
    table.loc[::11, "DOB"] = ""
    table.loc[5::17, "DOB"] = "NANA"
    table.loc[3::40, "sale_price_after_promo"] = "0"
    return table


def bare(seed: int = 2, n: int = 150) -> pd.DataFrame:
    """Addresses for customers, dates of one day, and amounts, some of them negative: nothing else."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "customerID": [f"c{number}.{{x}}@example.org" for number in rng.integers(0, 60, n)],
            "transactionDate": "2024-02-29",
            "amount": [f"{value:.2f}" for value in rng.normal(20, 30, n)],
        }
    )


def in_letters(seed: int = 3, n: int = 300) -> pd.DataFrame:
    """Post codes of letters, one gender, no discounts, everybody once, and hardly any date of birth."""
    rng = np.random.default_rng(seed)
    day = pd.Timestamp("2023-11-01") + pd.to_timedelta(rng.integers(0, 30, n), "D")
    table = pd.DataFrame(
        {
            "customerID": np.arange(1, n + 1).astype(str),
            "transactionDate": day.strftime("%d/%m/%Y"),
            "DOB": "",
            "Gender": "w",
            "PinCode": rng.choice(["SW1A 1AA", "EC1A 1BB", "M1 1AE", "xx"], n),
            "promo_code": "",
            "discountUsed": "No",
            "quantity": rng.integers(1, 9, n).astype(str),
            "amount": [f"{value:.2f}" for value in rng.gamma(2, 20, n)],
        }
    )
    table.loc[:20, "DOB"] = "31/12/1980"
    table.loc[7, "amount"] = "free"
    return table
