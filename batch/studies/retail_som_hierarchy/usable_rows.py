"""From text with dirt to typed rows; every row that goes is counted under one reason.

A row with several faults is counted under the first of them, so that rows in = rows kept + rows dropped.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from batch.studies.reading import StudyColumn
from shared.core.arrays import Int64

COLUMNS = (
    StudyColumn("customerID", "id", "letters and a number", is_dirty=True),
    StudyColumn("transactionDate", "date", "day of the purchase", is_dirty=True),
    StudyColumn("DOB", "date", "date of birth", is_dirty=True),
    StudyColumn("Gender", "text", "any words, or empty", is_dirty=True),
    StudyColumn("PinCode", "number", "post code", is_dirty=True),
    StudyColumn("promo_code", "text", "any words, or empty", is_dirty=True),
    StudyColumn("discountUsed", "text", "yes or no in any words", is_dirty=True),
    StudyColumn("quantity", "number", "pieces", is_dirty=True),
    StudyColumn("amount", "number", "paid, in the shop's currency", is_dirty=True),
)
REDUNDANT = ("store_description", "product_description", "promotion_description", "State")
"""Columns that repeat what another one says; they are not read."""

PLACEHOLDERS = ("", "-", "?", "n/a", "na", "nan", "none", "null", "unknown")
UNKNOWN_GENDER, NO_PROMOTION = "unknown", "none"
MAX_AGE_YEARS = 110
_DAYS_A_YEAR = 365.2425
_NUMBER = r"^(?:[A-Za-z]+_?)?(?P<number>\d{1,18})$"  # without its prefix, such as BBID_

REASONS = (
    "customer id is no number",
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
    rows : customer_id, date, age_years, week, month, gender, post_code, promo_code, discount_used,
        quantity, amount. Its index is the row of the file, from 0.
    n_in : rows of the file.
    dropped : how many rows each of `REASONS` has taken.
    filled : how many kept rows have got a placeholder, by column.
    """

    rows: pd.DataFrame
    n_in: int
    dropped: dict[str, int]
    filled: dict[str, int]


def clean(table: pd.DataFrame) -> CleanedTable:
    """Type every column, derive age, week and month, drop rows that cannot be used."""
    typed = _typed(table)
    first_fault = _first_fault(table, typed)
    counts = np.bincount(first_fault + 1, minlength=len(REASONS) + 1)
    rows = typed[first_fault < 0].copy()
    filled = {
        "gender": int((rows["gender"] == UNKNOWN_GENDER).sum()),
        "promo_code": int((rows["promo_code"] == NO_PROMOTION).sum()),
    }
    rows["week"] = rows["date"].dt.isocalendar().week.astype("int64")
    rows["month"] = rows["date"].dt.month.astype("int64")
    rows["customer_id"] = rows["customer_id"].astype("int64")
    dropped = dict(zip(REASONS, map(int, counts[1:]), strict=True))
    return CleanedTable(rows.drop(columns="birth"), len(table), dropped, filled)


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    """Return every column in its type, missing where it cannot be read; no row is dropped yet."""
    numbers = table["customerID"].str.extract(_NUMBER, expand=False)
    birth, date = _dates(table["DOB"]), _dates(table["transactionDate"])
    return pd.DataFrame(
        {
            "customer_id": _numbers(numbers),
            "date": date,
            "birth": birth,
            "age_years": np.floor((date - birth).dt.days / _DAYS_A_YEAR),
            "gender": _words(table["Gender"], UNKNOWN_GENDER),
            "post_code": _numbers(table["PinCode"]),
            "promo_code": _words(table["promo_code"], NO_PROMOTION),
            "discount_used": _words(table["discountUsed"], "unknown"),
            "quantity": _numbers(table["quantity"]),
            "amount": _numbers(table["amount"]),
        }
    )


def _first_fault(table: pd.DataFrame, typed: pd.DataFrame) -> Int64:
    """Return the place in `REASONS` of each row's first fault, -1 where it has none."""
    faults = np.column_stack(
        [
            typed["customer_id"].isna(),
            _is_blank(table["DOB"]),
            typed["birth"].isna(),
            _is_blank(table["PinCode"]),
            typed["post_code"].isna(),
            typed["date"].isna(),
            ~typed["age_years"].between(0, MAX_AGE_YEARS),
            typed[["quantity", "amount"]].isna().any(axis=1),
        ]
    )
    return np.where(faults.any(axis=1), faults.argmax(axis=1), -1)


def _is_blank(texts: "pd.Series[str]") -> "pd.Series[bool]":
    return texts.fillna("").str.casefold().isin(PLACEHOLDERS)


def _words(texts: "pd.Series[str]", placeholder: str) -> "pd.Series[str]":
    """Write words in lower case, and what stands for nothing as one placeholder."""
    return texts.fillna("").str.casefold().mask(_is_blank(texts), placeholder).astype(object)


def _dates(texts: "pd.Series[str]") -> "pd.Series[pd.Timestamp]":
    return pd.to_datetime(texts, format="%Y-%m-%dT%H:%M:%S.%f", errors="coerce")


def _numbers(texts: "pd.Series[str]") -> "pd.Series[float]":
    values = pd.to_numeric(texts.astype(object), errors="coerce").astype("float64")
    return values.where(np.isfinite(values))
