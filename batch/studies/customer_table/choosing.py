"""Which columns a table is clustered by, each decision with its reason."""

import difflib
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
import pandas as pd

from batch.studies.claims import Claim, Facts
from batch.studies.customer_table.column_rules import (
    RULES,
    ColumnVerdict,
    Role,
    constant,
    customer_id,
    empty,
    groups,
    plainly,
    used,
    words,
)
from batch.studies.customer_table.column_values import Values, as_numbers
from batch.studies.customer_table.wishes import SEED, TableWishes
from shared.core.choice.feature_selection import MAX_CORRELATED
from shared.errors import InvalidConfig

SAMPLE = 50_000
"""Customers that ranks are correlated on."""


def choose(table: pd.DataFrame, wishes: TableWishes) -> tuple[ColumnVerdict, ...]:
    """Judge every column, in the order of the file.

    Raises
    ------
    InvalidConfig : a column is named that is not there, or none is left to cluster by.
    """
    for name in (*wishes.use, *wishes.leave_out):
        if name not in table:
            raise _unknown(name, [str(column) for column in table])
    judge = partial(_told, wishes) if wishes.use else partial(_found, wishes)
    verdicts = [judge(str(name), table[name]) for name in table]
    if not wishes.use:
        verdicts = _without_repeats(table, verdicts)
    if not any(verdict.role == "clustered by" for verdict in verdicts):
        told = ", ".join(f"{verdict.name} ({verdict.why.text})" for verdict in verdicts[:8])
        msg = f"no column is left to cluster by: {told}; name those that should be: --use COLUMN"
        raise InvalidConfig(msg)
    return tuple(verdicts)


def _unknown(name: str, names: Sequence[str]) -> InvalidConfig:
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(map(repr, names))}"
    return InvalidConfig(f"the file has no column {name!r}; {hint}")


def of_role(verdicts: Sequence[ColumnVerdict], role: Role) -> list[str]:
    """Name the columns of one role."""
    return [verdict.name for verdict in verdicts if verdict.role == role]


def _told(wishes: TableWishes, name: str, values: Values) -> ColumnVerdict:
    if values.nunique() < 2:
        return next(filter(None, (rule(name, values) for rule in (empty, constant))))
    if name in wishes.use:
        return ColumnVerdict(name, "clustered by", plainly("as told"))
    rest = next(filter(None, (rule(name, values) for rule in (customer_id, words, groups))), None)
    return rest or ColumnVerdict(name, "described", plainly("not among those told"))


def _found(wishes: TableWishes, name: str, values: Values) -> ColumnVerdict:
    if name in wishes.leave_out:
        return ColumnVerdict(name, "left out", plainly("as told"))
    found = next(filter(None, (rule(name, values) for rule in RULES)), None)
    return found or ColumnVerdict(name, "clustered by", used(name, values))


def _without_repeats(table: pd.DataFrame, verdicts: Sequence[ColumnVerdict]) -> list[ColumnVerdict]:
    """Leave out what an earlier column says already: what is counted twice decides twice."""
    names = of_role(verdicts, "clustered by")
    numbers = pd.DataFrame({name: as_numbers(table[name]) for name in names})
    alike = sampled(numbers).corr("spearman").abs().fillna(0).to_numpy()
    kept: list[int] = []
    repeats = dict[str, Claim]()
    for at, name in enumerate(names):
        near = kept[int(np.argmax(alike[at, kept]))] if kept else at
        if near != at and alike[at, near] > MAX_CORRELATED:
            repeats[name] = _repeat(name, names[near], float(alike[at, near]))
        else:
            kept.append(at)
    return [
        ColumnVerdict(verdict.name, "described", repeats[verdict.name])
        if verdict.name in repeats
        else verdict
        for verdict in verdicts
    ]


def _repeat(name: str, other: str, correlation: float) -> Claim:
    def again(table: pd.DataFrame) -> Facts:
        pair = sampled(pd.DataFrame({at: as_numbers(table[at]) for at in (name, other)})).dropna().rank()
        return {"other": other, "correlation": abs(float(pair[name].corr(pair[other])))}

    facts: dict[str, str | float] = {"other": other, "correlation": correlation}
    return Claim("repeats {other}: rank correlation {correlation:.2f}", facts, again)


def sampled(table: pd.DataFrame, at_most: int = SAMPLE) -> pd.DataFrame:
    """Give at most so many rows, always the same ones."""
    return table if len(table) <= at_most else table.sample(at_most, random_state=SEED)


def repeated_ids(table: pd.DataFrame, verdicts: Sequence[ColumnVerdict]) -> Iterator[tuple[str, int]]:
    """Name columns of ids that stand more than once, and how many rows repeat one.

    Such a table is one of purchases or months, and a customer in several rows is several customers.
    """
    for name in of_role(verdicts, "id"):
        n = int(table[name].dropna().duplicated().sum())
        if n:
            yield name, n
