"""A shop's purchases with the customer on every line, and with dirt of every kind that its study cleans.

Dirt falls on each column by itself, so one line may have several kinds of it.
"""

import numpy as np
import pandas as pd

from shared.core.arrays import Float64

PURCHASES_PER_CUSTOMER = 4
_FIRST_DAY = np.datetime64("2023-01-01")
_DAYS = 365
_STATES = ("Karnataka", "Kerala", "Maharashtra", "Tamil Nadu")
_PIN_STARTS = (560, 682, 400, 600)
_STORES = ("High street", "Mall", "Railway station", "Suburb")
_PRODUCTS = ("Kettle", "Lamp", "Notebook", "Rice 5 kg", "Saree", "Shampoo", "Speaker", "Umbrella")
_PROMOTIONS = {
    "FEST10": "10 % in the festive season",
    "BULK3": "Three for two",
    "NEW5": "5 % on a first order",
}

# Share of the customers, then age (mean, deviation), quantity, price, share of purchases at a discount, and
# the share of women.
_KINDS = (
    (0.30, (24, 4), 1.6, 350, 0.75, 0.55),
    (0.30, (38, 6), 4.0, 900, 0.35, 0.60),
    (0.25, (52, 7), 2.0, 2_600, 0.10, 0.45),
    (0.15, (68, 6), 1.4, 700, 0.20, 0.50),
)


def table(rows: int, seed: int) -> pd.DataFrame:
    """Make `rows` purchases of about a quarter as many customers, all cells as text."""
    rng = np.random.default_rng(seed)
    who = rng.integers(0, max(rows // PURCHASES_PER_CUSTOMER, 1), rows)
    purchases = _customers(int(who.max()) + 1, rng).iloc[who].reset_index(drop=True)
    kinds = _shapes()[purchases.pop("kind").to_numpy()]
    purchases = purchases.join(_purchases(kinds, rng))
    return _soiled(purchases, rng)


def _shapes() -> Float64:
    return np.array(
        [(*age, quantity, price, discount, women) for _, age, quantity, price, discount, women in _KINDS]
    )


def _customers(n: int, rng: np.random.Generator) -> pd.DataFrame:
    shares = np.array([share for share, *_ in _KINDS])
    kind = rng.choice(len(_KINDS), n, p=shares)
    shape = _shapes()[kind]
    age_days = (np.clip(rng.normal(shape[:, 0], shape[:, 1]), 16, 92) * 365.25).astype("timedelta64[D]")
    state = rng.integers(0, len(_STATES), n)
    pin = np.array(_PIN_STARTS)[state] * 1_000 + rng.integers(1, 100, n)
    return pd.DataFrame(
        {
            "customerID": [f"BBID_{20_000 + number}" for number in range(n)],
            "DOB": pd.Series(_FIRST_DAY - age_days).dt.strftime("%d-%m-%Y"),
            "Gender": np.where(rng.random(n) < shape[:, 5], "Female", "Male"),
            "PinCode": pin.astype(str),
            "State": np.array(_STATES)[state],
            "kind": kind,
        }
    )


def _purchases(shapes: Float64, rng: np.random.Generator) -> pd.DataFrame:
    n = len(shapes)
    has_discount = rng.random(n) < shapes[:, 4]
    code = np.where(has_discount & (rng.random(n) < 0.7), rng.choice(list(_PROMOTIONS), n), "")
    quantity = 1 + rng.poisson(shapes[:, 2] - 1)
    price = np.exp(rng.normal(np.log(shapes[:, 3]), 0.45)) * np.where(has_discount, 0.88, 1.0)
    day = _FIRST_DAY + rng.integers(0, _DAYS, n).astype("timedelta64[D]")
    return pd.DataFrame(
        {
            "transactionDate": np.datetime_as_string(day),
            "store_description": rng.choice(_STORES, n),
            "product_description": rng.choice(_PRODUCTS, n),
            "promo_code": code,
            "promotion_description": [_PROMOTIONS.get(str(one), "") for one in code],
            "discountUsed": np.where(has_discount, "Yes", "No"),
            "quantity": quantity.astype(str),
            "amount": [f"{value:.2f}" for value in quantity * price],
        }
    )


def _soiled(purchases: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Spoil cells: column, share of its cells, and what stands there instead."""
    for column, share, instead in (
        ("customerID", 0.010, ("", "BBID_", "guest")),
        ("DOB", 0.030, ("",)),
        ("DOB", 0.008, ("00-00-0000", "unknown")),
        ("DOB", 0.004, ("01-01-1890", "15-08-2031")),
        ("PinCode", 0.040, ("",)),
        ("PinCode", 0.005, ("N/A", "56OO01")),
        ("Gender", 0.060, ("", "?", "NA")),
        ("promo_code", 0.020, ("NULL", "-")),
        ("transactionDate", 0.010, ("", "2023-02-30")),
        ("amount", 0.006, ("", "free")),
    ):
        spoilt = rng.random(len(purchases)) < share
        purchases[column] = np.where(spoilt, rng.choice(instead, len(purchases)), purchases[column])
    return purchases
