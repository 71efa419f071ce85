"""The columns of a shop's transactions, and which of their cells stand for nothing."""

import re
from collections.abc import Mapping

import pandas as pd

from batch.studies.reading import StudyColumn

COLUMNS = (
    StudyColumn("customerID", "id", "a number, with or without a prefix, or any words", is_dirty=True),
    StudyColumn("transactionDate", "date", "day of the purchase", is_dirty=True),
    StudyColumn("DOB", "date", "date of birth", is_dirty=True, is_optional=True),
    StudyColumn("Gender", "text", "any words, or empty", is_dirty=True, is_optional=True),
    StudyColumn("PinCode", "id", "post code", is_dirty=True, is_optional=True),
    StudyColumn("promo_code", "text", "any words, or empty", is_dirty=True, is_optional=True),
    StudyColumn("discountUsed", "text", "any words, or empty", is_dirty=True, is_optional=True),
    StudyColumn("quantity", "number", "pieces", is_dirty=True, is_optional=True),
    StudyColumn("amount", "number", "paid, in the shop's currency", is_dirty=True, is_optional=True),
    StudyColumn(
        "sale_price_after_promo", "number", "paid, in the shop's currency", is_dirty=True, is_optional=True
    ),
)

NOT_READ = {
    "State": "regions, coarser than post codes",
    "store_code": "numbers that measure nothing",
    "store_description": "descriptions",
    "till_no": "numbers that measure nothing",
    "transaction_number_by_till": "numbers that measure nothing",
    "promotion_description": "descriptions",
    "product_code": "numbers that measure nothing",
    "product_description": "descriptions",
}
"""Columns that such tables have and that take no part, and why."""

_NOTHING = ("", "-", "?", "none", "null", "unknown")
_NOT_AVAILABLE = re.compile(r"(?:n/?a(?:n)?)+", re.IGNORECASE)
_FILLED_UP = re.compile(r"0{3,}|9{4,}")
_NO_PROMOTION = re.compile(
    r"(?:no|non|not|without)[\W_]*(?:a[\W_]*)?(?:promo\w*|offers?|discounts?|codes?)?", re.IGNORECASE
)


def stands_for_nothing(column: str, text: str, told: Mapping[str, tuple[str, ...]]) -> bool:
    """Tell whether a cell is a placeholder: `NANA`, post code 999999, promotion `NONPROMO`, or one told."""
    plain = text.strip().casefold()
    if plain in _NOTHING or _NOT_AVAILABLE.fullmatch(plain):
        return True
    if column == "PinCode" and _FILLED_UP.fullmatch(plain):
        return True
    if column == "promo_code" and _NO_PROMOTION.fullmatch(plain):
        return True
    return plain in (one.strip().casefold() for one in told.get(column, ()))


def blanks(table: pd.DataFrame, column: str, told: Mapping[str, tuple[str, ...]]) -> "pd.Series[bool]":
    """Return which cells of a column are empty or placeholders; each different text is looked at once."""
    texts = table[column].astype(object).where(table[column].notna(), "")
    nothing = {text for text in texts.unique() if stands_for_nothing(column, str(text), told)}
    return texts.isin(nothing)


def placeholders(table: pd.DataFrame, told: Mapping[str, tuple[str, ...]]) -> pd.DataFrame:
    """Return column, placeholder and rows of every text that stands for nothing; empty cells are none."""
    found = []
    for column in (column.name for column in COLUMNS if column.name in table):
        texts = table[column].astype(object)[blanks(table, column, told)]
        counts = texts[texts.fillna("").astype(str).str.strip() != ""].value_counts()
        found += [(column, str(text), int(count)) for text, count in counts.items()]
    return pd.DataFrame(found, columns=["column", "placeholder", "rows"])
