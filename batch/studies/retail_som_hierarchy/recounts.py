"""The facts of the study once more, from the table as it was read, row by row in plain Python."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from scipy.cluster import hierarchy
from scipy.spatial.distance import cdist

from batch.studies.retail_som_hierarchy.columns import stands_for_nothing
from batch.studies.retail_som_hierarchy.usable_rows import REASONS
from shared.core.arrays import Float64, Int64

Told = Mapping[str, tuple[str, ...]]
Row = dict[str, Any]


def cleaned(read: pd.DataFrame, told: Told) -> tuple[pd.DataFrame, Counter[str]]:
    """Return the rows that stay, and how many each reason takes."""
    table = read.drop(columns=mostly_missing(read, told)).astype(object)
    records: list[Row] = [
        dict(zip(table.columns, row, strict=True)) for row in table.where(table.notna(), "").to_numpy()
    ]
    has_numbers, codes_are_numbers = _are_numbers(records, "customerID", told), True
    if "PinCode" in table:
        codes_are_numbers = _are_numbers(records, "PinCode", told)
    kept, dropped = [], Counter[str]()
    for record in records:
        fault, row = _row(record, told, has_numbers=has_numbers, codes_are_numbers=codes_are_numbers)
        if fault is None:
            kept.append(row)
        else:
            dropped[REASONS[fault]] += 1
    return pd.DataFrame(kept), dropped


def mostly_missing(read: pd.DataFrame, told: Told) -> list[str]:
    """Return the columns that most rows lack, of those without which a row goes."""
    needed = ("DOB", "PinCode", "quantity", "amount", "sale_price_after_promo")
    return [
        name
        for name in needed
        if name in read and sum(is_blank(name, text, told) for text in read[name]) * 2 > len(read)
    ]


def matrix(rows: pd.DataFrame, features: tuple[str, ...]) -> Float64:
    """Return the features (n, d) in deviations, words as their places in the alphabet."""
    columns = []
    for name in features:
        words = rows[name].to_numpy()
        values = np.unique(words, return_inverse=True)[1] if words.dtype == object else words
        deviation = np.std(values)
        columns.append((values - np.mean(values)) / (deviation if deviation else 1.0))
    return np.column_stack(columns).astype(np.float64)


def errors(X: Float64, weights: Float64, cols: int) -> tuple[float, float]:
    """Return the mean distance to the nearest unit, and the share whose two nearest do not touch."""
    distances = cdist(X, weights)
    first, second = np.argsort(distances, axis=1, kind="stable")[:, :2].T
    rows, columns = (abs(first // cols - second // cols), abs(first % cols - second % cols))
    return float(distances.min(axis=1).mean()), float(np.mean(np.maximum(rows, columns) > 1))


def cut(weights: Float64, k: int) -> float:
    """Return the height at which the tree of average linkage falls into k clusters."""
    heights = hierarchy.linkage(weights, "average")[:, 2]
    return float(heights[-k] + heights[1 - k]) / 2


def explained(values: Float64, clusters: Int64) -> float:
    """Return which share of the variance lies between clusters."""
    total = ((values - values.mean()) ** 2).sum()
    within = sum(((values[clusters == c] - values[clusters == c].mean()) ** 2).sum() for c in set(clusters))
    return float(1 - within / total) if total else 0.0


def _row(record: Row, told: Told, *, has_numbers: bool, codes_are_numbers: bool) -> tuple[int | None, Row]:
    """Return the first fault of a row, if it has any, and its values."""
    day, birth = _day(record["transactionDate"]), _day(record.get("DOB", ""))
    age = (day - birth).days // 365.2425 if day and birth else None
    amounts = {
        name: _number(record[name])
        for name in ("quantity", "amount", "sale_price_after_promo")
        if name in record
    }
    customer = _customer(record["customerID"], told, has_numbers=has_numbers)
    code = _post_code(record.get("PinCode", ""), told, is_number=codes_are_numbers)
    has_age, has_code = "DOB" in record, "PinCode" in record
    faults = (
        customer is None,
        has_age and is_blank("DOB", record.get("DOB"), told),
        has_age and birth is None,
        has_code and is_blank("PinCode", record.get("PinCode"), told),
        has_code and code is None,
        day is None,
        has_age and (age is None or not 0 <= age <= 110),
        None in amounts.values(),
    )
    words = {
        own: word if is_blank(name, record[name], told) else record[name].strip().casefold()
        for name, own, word in (
            ("Gender", "gender", "unknown"),
            ("promo_code", "promo_code", "none"),
            ("discountUsed", "discount_used", "unknown"),
        )
        if name in record
    }
    when = {"week": day.isocalendar().week, "month": day.month} if day else {}
    of_whom = {"customer_id": customer, "date": day} | ({"age_years": age} if has_age else {})
    where = {"post_code": code} if has_code else {}
    fault = faults.index(True) if True in faults else None
    return fault, of_whom | when | words | where | amounts


def _are_numbers(records: list[Row], name: str, told: Told) -> bool:
    texts = [record[name] for record in records if not is_blank(name, record[name], told)]
    found = [re.fullmatch(r"([A-Za-z]+[_-]?)?[0-9]{1,18}", text) for text in texts]
    if name == "PinCode":
        return sum(_number(text) is not None for text in texts) * 2 >= len(texts)
    prefixes = {match.group(1) for match in found if match and match.group(1)}
    return len(prefixes) <= 1 and sum(match is not None for match in found) * 2 >= len(texts)


def _customer(text: str, told: Told, *, has_numbers: bool) -> int | str | None:
    if is_blank("customerID", text, told):
        return None
    if not has_numbers:
        return text
    match = re.fullmatch(r"(?:[A-Za-z]+[_-]?)?([0-9]{1,18})", text)
    return int(match.group(1)) if match else None


def _post_code(text: str, told: Told, *, is_number: bool) -> float | str | None:
    if is_blank("PinCode", text, told):
        return None
    return _number(text) if is_number else text.casefold()


def is_blank(name: str, text: object, told: Told) -> bool:
    """Tell whether a cell is empty or a placeholder."""
    return stands_for_nothing(name, text if isinstance(text, str) else "", told)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if np.isfinite(value) else None
