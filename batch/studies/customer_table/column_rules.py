"""What one column says for or against itself, rule by rule."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import pandas as pd
from pandas.api import types

from batch.studies.claims import Claim, Facts
from batch.studies.customer_table.column_values import Values, are_whole, commonest, is_quantity, shown

Role = Literal["clustered by", "tabulated", "described", "id", "left out"]
"""What becomes of a column: tabulated are groups, by value; described are amounts, by their median."""

MAX_MISSING = 0.4
"""Share of empty cells above which a filled column is mostly invention."""
MAX_SAME = 0.95
"""Share of cells with one value above which a column tells a few customers from all others, and no more."""
MAX_GROUPS = 12
"""Different values up to which words, and whole numbers that are named like a code, are groups."""
FEW_NUMBERS = 3
"""Different whole numbers up to which they are groups by whatever name."""
NEARLY_ALL = 0.95
"""Share of different values from which words name customers."""

_IDS = frozenset(["id", "ids", "nr", "no", "number", "key", "uuid", "guid", "account", "phone", "email"])
_CODES = frozenset(["zip", "zipcode", "postcode", "postal", "pincode", "pin", "code", "plz"])
_GROUP_ENDS = (
    "region", "channel", "gender", "sex", "type", "class", "category", "cluster", "segment", "group",
    "target", "label", "code", "zip", "state", "country", "city", "store", "branch", "status", "flag",
)  # fmt: skip
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


@dataclass(frozen=True, eq=False)
class ColumnVerdict:
    """What becomes of one column, and why."""

    name: str
    role: Role
    why: Claim


Rule = Callable[[str, Values], "ColumnVerdict | None"]


def plainly(text: str) -> Claim:
    """Say what is so by a person's word, or by nothing to count."""
    return Claim(text, {})


def empty(name: str, values: Values) -> ColumnVerdict | None:
    """Leave out a column without a value."""
    if values.notna().any():
        return None
    return ColumnVerdict(name, "left out", plainly("holds nothing"))


def constant(name: str, values: Values) -> ColumnVerdict | None:
    """Leave out a column in which nobody differs."""
    if values.nunique() != 1:
        return None
    facts = {"value": shown(values.dropna().iloc[0])}
    claim = Claim(
        "the same for everybody: {value}", facts, lambda t: {"value": shown(t[name].dropna().max())}
    )
    return ColumnVerdict(name, "left out", claim)


def _missing(name: str, values: Values) -> ColumnVerdict | None:
    share: float = values.isna().mean()
    if share <= MAX_MISSING:
        return None

    def again(table: pd.DataFrame) -> Facts:
        return {"share": 1 - table[name].count() / len(table), "limit": MAX_MISSING}

    return ColumnVerdict(
        name,
        "left out",
        Claim("{share:.1%} empty, more than {limit:.0%}", {"share": share, "limit": MAX_MISSING}, again),
    )


def customer_id(name: str, values: Values) -> ColumnVerdict | None:
    """Find what names customers: by name and contents together, for amounts may all differ as well."""
    held = values.dropna()
    is_word, share = not is_quantity(values), held.nunique() / len(held)
    is_named = bool(_IDS & set(tokens(name)[-1:]))
    if is_word or not are_whole(values):
        is_id = is_word and share >= NEARLY_ALL
    else:
        is_id = is_named or (share == 1 and _counts_up(held))
    if not is_id:
        return None

    def again(table: pd.DataFrame) -> Facts:
        return {"different": len(set(table[name].dropna())), "cells": int(table[name].count())}

    facts = {"different": int(held.nunique()), "cells": len(held)}
    return ColumnVerdict(
        name, "id", Claim("names customers: {different:,} values in {cells:,} cells", facts, again)
    )


def tokens(name: str) -> list[str]:
    """Cut a column's name into its words, in small letters."""
    return [word.casefold() for word in _WORD.findall(name)]


def _counts_up(held: Values) -> bool:
    """Tell numbers of rows: each is more than the one above, and few are left out."""
    return bool((held.diff().dropna() > 0).all() and held.max() - held.min() < 2 * len(held))


def words(name: str, values: Values) -> ColumnVerdict | None:
    """Tabulate words against the groups that amounts make; a distance between words would be invented."""
    if is_quantity(values):
        return None
    n = int(values.nunique())
    few = n <= MAX_GROUPS
    wording = (
        "groups, not amounts: {n} different words" if few else "{n:,} different words, more than {limit}"
    )
    return ColumnVerdict(name, "tabulated" if few else "left out", _counted(name, n, wording))


def groups(name: str, values: Values) -> ColumnVerdict | None:
    """Tell numbers that stand for groups from amounts: by how few there are, and by the name."""
    if not are_whole(values):
        return None
    n, last = int(values.nunique()), "".join(tokens(name)[-1:])
    if n > MAX_GROUPS and last in _CODES:
        return ColumnVerdict(name, "left out", _counted(name, n, "{n:,} different codes, more than {limit}"))
    if n > (MAX_GROUPS if last.endswith(_GROUP_ENDS) else FEW_NUMBERS):
        return None
    return ColumnVerdict(
        name, "tabulated", _counted(name, n, "groups, not amounts: {n} different whole numbers")
    )


def _counted(name: str, n: int, wording: str) -> Claim:
    return Claim(
        wording,
        {"n": n, "limit": MAX_GROUPS},
        lambda t: {"n": len(set(t[name].dropna())), "limit": MAX_GROUPS},
    )


def _nearly_constant(name: str, values: Values) -> ColumnVerdict | None:
    value, share = commonest(values)
    if share <= MAX_SAME:
        return None

    def again(table: pd.DataFrame) -> Facts:
        top = table[name].mode().min()
        return {"value": shown(top), "share": float((table[name].dropna() == top).mean())}

    return ColumnVerdict(
        name, "left out", Claim("{share:.1%} are {value}", {"value": shown(value), "share": share}, again)
    )


def used(name: str, values: Values) -> Claim:
    """Say what speaks for a column that no rule speaks against."""
    is_date = types.is_datetime64_any_dtype(values)
    n = int(values.nunique())
    wording = (
        "{n:,} different dates, as days before the last" if is_date else "an amount: {n:,} different numbers"
    )
    return Claim(wording, {"n": n}, lambda t: {"n": len(set(t[name].dropna()))})


RULES: tuple[Rule, ...] = (empty, constant, _missing, customer_id, words, groups, _nearly_constant)
"""The first that speaks decides."""
