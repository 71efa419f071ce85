"""One column: what it holds, and its values as numbers."""

from math import floor, isfinite, log10
from typing import Any, TypeAlias

import pandas as pd
from pandas.api import types

Values: TypeAlias = "pd.Series[Any]"

_THREE_DIGITS = 3


def as_numbers(values: Values) -> Values:
    """Give numbers as they are, and dates as days before the last of them."""
    if types.is_datetime64_any_dtype(values):
        days: Values = (values.max() - values) / pd.Timedelta(days=1)
        return days
    return values.astype("float64")


def label_of(name: str, values: Values) -> str:
    """Name what a column is clustered by."""
    return f"{name}, days before the last" if types.is_datetime64_any_dtype(values) else name


def is_quantity(values: Values) -> bool:
    """Tell numbers and dates from words."""
    return types.is_numeric_dtype(values) or types.is_datetime64_any_dtype(values)


def are_whole(values: Values) -> bool:
    """Tell whether a column holds whole numbers only."""
    return types.is_float_dtype(values) and bool((values.dropna() % 1 == 0).all())


def commonest(values: Values) -> tuple[Any, float]:
    """Return the value that most cells have, the lower of equals, and its share of the cells with one."""
    counts = values.value_counts()
    top = counts[counts == counts.iloc[0]].index.sort_values()[0]
    return top, float(counts.iloc[0] / counts.sum())


def shown(value: object) -> str:
    """Write a value of any column for a person: numbers with four significant digits."""
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float):
        digits = max(0, _THREE_DIGITS - floor(log10(abs(value)))) if value and isfinite(value) else 0
        text = f"{value:,.{digits}f}"
        return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "\N{MINUS SIGN}")
    return str(value)
