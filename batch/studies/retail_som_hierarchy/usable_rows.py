"""From text with dirt to typed rows; every row that goes is counted under one reason.

A row with several faults is counted under the first of them, so that rows in = rows kept + rows dropped.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from batch.studies.retail_som_hierarchy.columns import blanks
from shared.core.arrays import Int64

UNKNOWN, NO_PROMOTION = "unknown", "none"
MAX_AGE_YEARS = 110
MAX_MISSING = 0.5
"""A column that more rows lack is left out, since dropping its rows would leave too few."""

_DAYS_A_YEAR = 365.2425
_NUMBERED = r"^(?P<prefix>[A-Za-z]+[_-]?)?(?P<number>\d{1,18})$"  # such as BBID_20001
_NAMES = {
    "DOB": "age_years", "Gender": "gender", "PinCode": "post_code", "promo_code": "promo_code",
    "discountUsed": "discount_used", "quantity": "quantity", "amount": "amount",
    "sale_price_after_promo": "sale_price_after_promo",
}  # fmt: skip
"""Optional columns and what they become."""
_ORDER = (
    "customer_id", "date", "age_years", "week", "month", "gender", "post_code", "promo_code", "discount_used",
    "quantity", "amount", "sale_price_after_promo",
)  # fmt: skip
_NEEDED = ("DOB", "PinCode", "quantity", "amount", "sale_price_after_promo")
"""Without one of these, a row goes; a missing word becomes a word of its own."""

REASONS = (
    "customer id is missing or unlike the others",
    "date of birth is missing",
    "date of birth cannot be read",
    "post code is missing",
    "post code is no number",
    "purchase date is missing or cannot be read",
    "age at the purchase is not 0 to 110",
    "quantity or amount is missing or no number",
)


@dataclass(frozen=True, eq=False)
class CleanedTable:
    """Rows that are left, and what became of the others.

    Parameters
    ----------
    rows : customer_id, date, week, month and those of age_years, gender, post_code, promo_code,
        discount_used, quantity, amount, sale_price_after_promo that the file has. Its index is the row of
        the file, from 0.
    n_in : rows of the file.
    dropped : how many rows each of `REASONS` has taken.
    filled : how many kept rows have got a word for a missing one, by column.
    prefix : what was taken off the customers' numbers; None where their ids are kept as they are.
    mostly_missing : columns of the file that are left out because most rows lack them.
    """

    rows: pd.DataFrame
    n_in: int
    dropped: dict[str, int]
    filled: dict[str, int]
    prefix: str | None
    mostly_missing: tuple[str, ...]


def clean(read: pd.DataFrame, told: Mapping[str, tuple[str, ...]] | None = None) -> CleanedTable:
    """Type every column, derive age, week and month, drop rows that cannot be used.

    Parameters
    ----------
    told : column -> placeholders besides those that are found; see `columns.stands_for_nothing`.
    """
    told = told or {}
    is_blank = {str(name): blanks(read, str(name), told) for name in read.columns}
    lacking = tuple(name for name in _NEEDED if name in read and is_blank[name].mean() > MAX_MISSING)
    table = read.drop(columns=list(lacking))
    prefix, customers = _customers(table["customerID"], is_blank["customerID"])
    typed = _typed(table, is_blank).assign(customer_id=customers)
    first_fault = _first_fault(typed, is_blank)
    counts = np.bincount(first_fault + 1, minlength=len(REASONS) + 1)
    rows = typed[first_fault < 0].copy()
    filled = {name: int((rows[name] == word).sum()) for name, word in _FILLS.items() if name in rows}
    rows["week"] = rows["date"].dt.isocalendar().week.astype("int64")
    rows["month"] = rows["date"].dt.month.astype("int64")
    if prefix is not None:
        rows["customer_id"] = rows["customer_id"].astype("int64")
    dropped = dict(zip(REASONS, map(int, counts[1:]), strict=True))
    rows = rows[[name for name in _ORDER if name in rows]]
    return CleanedTable(rows, len(read), dropped, filled, prefix, lacking)


_FILLS = {"gender": UNKNOWN, "promo_code": NO_PROMOTION, "discount_used": UNKNOWN}


def _customers(ids: "pd.Series[str]", is_blank: "pd.Series[bool]") -> tuple[str | None, "pd.Series[str]"]:
    """Take the prefix off numbers that share one; other ids are kept as they are, missing where blank."""
    known = ids.astype(object).where(~is_blank)
    parts = known.astype("string").str.extract(_NUMBERED)
    prefixes = parts["prefix"].dropna().unique()
    if len(prefixes) > 1 or parts["number"].notna().sum() * 2 < known.notna().sum():
        return None, known
    return str(prefixes[0]) if len(prefixes) else "", _numbers(parts["number"]).astype(object)


def _typed(table: pd.DataFrame, is_blank: Mapping[str, "pd.Series[bool]"]) -> pd.DataFrame:
    """Return every column in its type, missing where it cannot be read; no row is dropped yet."""
    date = _dates(table["transactionDate"])
    typed = pd.DataFrame({"customer_id": table["customerID"].astype(object), "date": date})
    for name, own in ((name, own) for name, own in _NAMES.items() if name in table):
        if name == "DOB":
            typed["birth"] = _dates(table[name])
            typed[own] = np.floor((date - typed["birth"]).dt.days / _DAYS_A_YEAR)
        elif own in _FILLS:
            typed[own] = _words(table[name], is_blank[name], _FILLS[own])
        elif name == "PinCode":
            typed[own] = _post_codes(table[name], is_blank[name])
        else:
            typed[own] = _numbers(table[name])
    return typed


def _post_codes(texts: "pd.Series[str]", is_blank: "pd.Series[bool]") -> "pd.Series[float] | pd.Series[str]":
    """Return numbers where most post codes are such; else words, in lower case."""
    known = texts.astype(object).where(~is_blank)
    numbers = _numbers(known)
    if numbers.notna().sum() * 2 >= known.notna().sum():
        return numbers
    return known.astype("string").str.casefold().astype(object)


def _first_fault(typed: pd.DataFrame, is_blank: Mapping[str, "pd.Series[bool]"]) -> Int64:
    """Return the place in `REASONS` of each row's first fault, -1 where it has none."""
    never = pd.Series(False, index=typed.index)
    amounts = [name for name in ("quantity", "amount", "sale_price_after_promo") if name in typed]
    has_age, has_code = "age_years" in typed, "post_code" in typed
    faults = np.column_stack(
        [
            typed["customer_id"].isna(),
            is_blank["DOB"] if has_age else never,
            typed["birth"].isna() if has_age else never,
            is_blank["PinCode"] if has_code else never,
            typed["post_code"].isna() if has_code else never,
            typed["date"].isna(),
            ~typed["age_years"].between(0, MAX_AGE_YEARS) if has_age else never,
            typed[amounts].isna().any(axis=1) if amounts else never,
        ]
    )
    return np.where(faults.any(axis=1), faults.argmax(axis=1), -1)


def _words(texts: "pd.Series[str]", is_blank: "pd.Series[bool]", word: str) -> "pd.Series[str]":
    """Write words in lower case, and what stands for nothing as one word."""
    return texts.fillna("").str.strip().str.casefold().mask(is_blank, word).astype(object)


def _dates(texts: "pd.Series[str]") -> "pd.Series[pd.Timestamp]":
    return pd.to_datetime(texts, format="%Y-%m-%dT%H:%M:%S.%f", errors="coerce")


def _numbers(texts: "pd.Series[str]") -> "pd.Series[float]":
    values = pd.to_numeric(texts.astype(object), errors="coerce").astype("float64")
    return values.where(np.isfinite(values))
