"""What the study says of a file and of its cleaning."""

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd

from batch.studies.claims import Claim, Facts, Value
from batch.studies.retail_som_hierarchy import recounts
from batch.studies.retail_som_hierarchy.columns import COLUMNS, NOT_READ
from batch.studies.retail_som_hierarchy.usable_rows import CleanedTable

Told = Mapping[str, tuple[str, ...]]


def of_the_file(
    names: Sequence[str], read: pd.DataFrame, cleaned: CleanedTable, features: Sequence[str], told: Told
) -> list[Claim]:
    """Say which columns take part, how customers are known, and what rows become.

    Parameters
    ----------
    names : of the file's columns, as the file has them.
    """
    claims = [_customers(cleaned, told), *_not_read(names), *_absent(read)]
    if cleaned.mostly_missing:
        claims.append(_mostly_missing(cleaned, told))
    claims += [_constant(cleaned, name, told) for name in _constants(cleaned.rows, features)]
    return [*claims, _rows(cleaned, told)]


def _customers(cleaned: CleanedTable, told: Told) -> Claim:
    wording = "Customers are numbers in the file; {n:,} of them stay."
    if cleaned.prefix:
        wording = "The prefix {prefix} of the customers' numbers goes; {n:,} customers stay."
    if cleaned.prefix is None:
        wording = "Customers are known by words, which stay as they are; there are {n:,} of them."
    prefix = cleaned.prefix or ""

    def again(read: pd.DataFrame) -> Facts:
        rows = recounts.cleaned(read, told)[0]
        return {
            "n": len(set(rows["customer_id"])),
            "prefix": prefix if any(str(one).startswith(prefix) for one in read["customerID"]) else "?",
            "is_number": all(isinstance(one, int) for one in rows["customer_id"]),
        }

    n, is_number = cleaned.rows["customer_id"].nunique(), cleaned.prefix is not None
    return Claim(wording, {"n": int(n), "prefix": prefix, "is_number": is_number}, again)


def _not_read(names: Sequence[str]) -> list[Claim]:
    """Name the file's columns that such tables have and that take no part, by reason."""
    claims = []
    for reason in dict.fromkeys(NOT_READ.values()):
        columns = [name for name in names if NOT_READ.get(name) == reason]
        if columns:
            facts: dict[str, Value] = {"columns": ", ".join(columns), "reason": reason}
            claims.append(
                Claim("Not read, since they are {reason}: {columns}.", facts, partial(_same, facts))
            )
    return claims


def _same(facts: Facts, _: pd.DataFrame) -> Facts:
    """Return the facts: columns that are not read are in the header, not in the table."""
    return facts


def _absent(read: pd.DataFrame) -> list[Claim]:
    absent = _absent_columns(read)
    if not absent:
        return []
    return [
        Claim(
            "The file has no column for {columns}; the study goes on without, and --map names one that is "
            "called otherwise.",
            {"columns": absent},
            lambda table: {"columns": _absent_columns(table)},
        )
    ]


def _absent_columns(read: pd.DataFrame) -> str:
    absent = [column.name for column in COLUMNS if column.name not in read]
    if {"amount", "sale_price_after_promo"} & set(read.columns):
        absent = [name for name in absent if name not in {"amount", "sale_price_after_promo"}]
    return ", ".join(absent)


def _mostly_missing(cleaned: CleanedTable, told: Told) -> Claim:
    return Claim(
        "More than half of the rows lack {columns}: the column is left out, not the rows.",
        {"columns": ", ".join(cleaned.mostly_missing)},
        lambda read: {"columns": ", ".join(recounts.mostly_missing(read, told))},
    )


def _constants(rows: pd.DataFrame, features: Sequence[str]) -> list[str]:
    out = (*features, "customer_id", "date")
    return [str(name) for name in rows if name not in out]


def _constant(cleaned: CleanedTable, name: str, told: Told) -> Claim:
    return Claim(
        "{name} is {value} in every row and takes no part in the map.",
        {"name": name, "value": _value(cleaned.rows[name])},
        lambda read: {"name": name, "value": _value(recounts.cleaned(read, told)[0][name])},
    )


def _value(values: "pd.Series[float] | pd.Series[str]") -> str:
    (value,) = set(values)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _rows(cleaned: CleanedTable, told: Told) -> Claim:
    n_in, kept = cleaned.n_in, len(cleaned.rows)
    wording = "All {n_in:,} rows of the file stay."
    if kept < n_in:
        wording = (
            "{dropped:,} of {n_in:,} rows are dropped, most often ({most:,}) because the {reason}; "
            "{kept:,} stay."
        )

    def again(read: pd.DataFrame) -> Facts:
        rows, dropped = recounts.cleaned(read, told)
        return _row_facts(len(read), len(rows), dropped)

    return Claim(wording, _row_facts(n_in, kept, cleaned.dropped), again)


def _row_facts(n_in: int, kept: int, dropped: Mapping[str, int]) -> Facts:
    most = max(dropped.values(), default=0)
    reason = min((reason for reason, count in dropped.items() if count == most and most), default="")
    return {"n_in": n_in, "kept": kept, "dropped": n_in - kept, "most": most, "reason": reason}


def of_placeholders(found: pd.DataFrame, told: Told) -> Claim:
    """Say how many cells stand for nothing; nothing else is said where there are none."""
    wording = "No cell holds a placeholder; further ones are told by --placeholder COLUMN=TEXT."
    if len(found):
        wording = (
            "{cells:,} cells hold one of {texts} placeholders, such as {example} in {column}, and count as "
            "empty; further ones are told by --placeholder COLUMN=TEXT."
        )

    def again(read: pd.DataFrame) -> Facts:
        texts = [(name, text) for name in read for text in read[name].dropna() if text.strip()]
        return _placeholder_facts(
            pd.DataFrame(
                [(name, text, 1) for name, text in texts if recounts.is_blank(str(name), text, told)],
                columns=list(found.columns),
            )
            .groupby(["column", "placeholder"], as_index=False)
            .sum()
        )

    return Claim(wording, _placeholder_facts(found), again)


def _placeholder_facts(found: pd.DataFrame) -> Facts:
    if not len(found):
        return {"cells": 0, "texts": 0, "example": "", "column": ""}
    order = found.sort_values(["rows", "column", "placeholder"], ascending=[False, True, True])
    first = order.iloc[0]
    return {
        "cells": int(found["rows"].sum()), "texts": len(found),
        "example": str(first["placeholder"]), "column": str(first["column"]),
    }  # fmt: skip


def of_fills(cleaned: CleanedTable, told: Told) -> list[Claim]:
    """Say which words stand for missing ones, and how often."""
    words = {"gender": "unknown", "promo_code": "none", "discount_used": "unknown"}

    def again(name: str, read: pd.DataFrame) -> Facts:
        counts = recounts.cleaned(read, told)[0][name].value_counts()
        return {"name": name, "word": words[name], "n": int(counts.get(words[name], 0))}

    return [
        Claim(
            "Without {name}, {n:,} rows get the word {word}.",
            {"name": name, "word": words[name], "n": n},
            partial(again, name),
        )
        for name, n in cleaned.filled.items()
        if n
    ]
