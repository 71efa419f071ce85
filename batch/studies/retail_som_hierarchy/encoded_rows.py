"""Clean rows as a table of numbers, and the way back."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.api import types
from sklearn.preprocessing import LabelEncoder, StandardScaler

from shared.core.arrays import Float64, ReadOnlyArrays

NO_FEATURES = ("customer_id", "date")
"""Two customers with neighbouring numbers are not alike; the date is in week and month."""
WHOLE = ("age_years", "week", "month", "post_code")


@dataclass(frozen=True, eq=False)
class Encoded(ReadOnlyArrays):
    """Rows in deviations from the mean, (n, d), read-only, with what made them.

    Parameters
    ----------
    features : names of the columns of `X`. encoders : one for each category; codes follow the alphabet.
    """

    features: tuple[str, ...]
    X: Float64
    scaler: StandardScaler
    encoders: dict[str, LabelEncoder]


def constants(rows: pd.DataFrame) -> tuple[str, ...]:
    """Return the columns that are the same in every row: they part nobody."""
    return tuple(str(name) for name in rows if name not in NO_FEATURES and rows[name].nunique() < 2)


def categories(rows: pd.DataFrame, features: Sequence[str]) -> tuple[str, ...]:
    """Return the features that are words."""
    return tuple(name for name in features if not types.is_numeric_dtype(rows[name]))


def encode(rows: pd.DataFrame) -> Encoded:
    """Encode categories as numbers and scale everything that varies to mean 0 and deviation 1."""
    out = (*NO_FEATURES, *constants(rows))
    features = tuple(str(name) for name in rows if name not in out) or ("week",)
    encoders = {name: LabelEncoder().fit(rows[name]) for name in categories(rows, features)}
    scaler = StandardScaler()
    return Encoded(features, scaler.fit_transform(_numbers(rows, features, encoders)), scaler, encoders)


def decode(encoded: Encoded, X: Float64) -> pd.DataFrame:
    """Return scaled rows (m, d) in the units and words of the file, whole numbers as such."""
    table = pd.DataFrame(encoded.scaler.inverse_transform(X), columns=list(encoded.features))
    whole = [name for name in WHOLE if name in encoded.features and name not in encoded.encoders]
    table[whole] = table[whole].round().astype("int64")
    for name, encoder in encoded.encoders.items():
        table[name] = encoder.inverse_transform(table[name].round().astype(int))
    return table


def largest_difference(encoded: Encoded, rows: pd.DataFrame) -> float:
    """Return by how much any number, or code of a category, differs after the way there and back."""
    back = encoded.scaler.inverse_transform(encoded.X)
    return float(np.abs(back - _numbers(rows, encoded.features, encoded.encoders)).max())


def _numbers(rows: pd.DataFrame, features: Sequence[str], encoders: dict[str, LabelEncoder]) -> Float64:
    codes = {name: encoder.transform(rows[name]) for name, encoder in encoders.items()}
    return rows[list(features)].assign(**codes).to_numpy(dtype=np.float64)
