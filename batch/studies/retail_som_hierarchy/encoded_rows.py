"""Clean rows as a table of numbers, and the way back."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.preprocessing import LabelEncoder, StandardScaler

from shared.core.arrays import Float64, ReadOnlyArrays

FEATURES = (
    "age_years",
    "week",
    "month",
    "gender",
    "post_code",
    "promo_code",
    "discount_used",
    "quantity",
    "amount",
)
"""The customer's number is none of them: two customers with neighbouring numbers are not alike."""
CATEGORIES = ("gender", "promo_code", "discount_used")
WHOLE = ("age_years", "week", "month", "post_code")


@dataclass(frozen=True, eq=False)
class Encoded(ReadOnlyArrays):
    """Rows in deviations from the mean, (n, d), read-only, with what made them.

    Parameters
    ----------
    encoders : one for each of `CATEGORIES`; codes follow the alphabet.
    """

    X: Float64
    scaler: StandardScaler
    encoders: dict[str, LabelEncoder]


def encode(rows: pd.DataFrame) -> Encoded:
    """Encode categories as numbers and scale everything to mean 0 and deviation 1."""
    encoders = {name: LabelEncoder().fit(rows[name]) for name in CATEGORIES}
    scaler = StandardScaler()
    return Encoded(scaler.fit_transform(_numbers(rows, encoders)), scaler, encoders)


def decode(encoded: Encoded, X: Float64) -> pd.DataFrame:
    """Return scaled rows (m, d) in the units and words of the file, whole numbers as such."""
    table = pd.DataFrame(encoded.scaler.inverse_transform(X), columns=list(FEATURES))
    table[list(WHOLE)] = table[list(WHOLE)].round().astype("int64")
    for name in CATEGORIES:
        table[name] = encoded.encoders[name].inverse_transform(table[name].round().astype(int))
    return table


def largest_difference(encoded: Encoded, rows: pd.DataFrame) -> float:
    """Return by how much any number, or code of a category, differs after the way there and back."""
    back = encoded.scaler.inverse_transform(encoded.X)
    return float(np.abs(back - _numbers(rows, encoded.encoders)).max())


def _numbers(rows: pd.DataFrame, encoders: dict[str, LabelEncoder]) -> Float64:
    codes = {name: encoder.transform(rows[name]) for name, encoder in encoders.items()}
    return rows[list(FEATURES)].assign(**codes).to_numpy(dtype=np.float64)
