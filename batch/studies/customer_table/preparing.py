"""Columns as K-means needs them: logarithms where they are skewed, in deviations, without empty cells."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
import pandas as pd
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.preprocessing import StandardScaler

from batch.studies.customer_table.choosing import of_role
from batch.studies.customer_table.column_rules import ColumnVerdict
from batch.studies.customer_table.column_values import Values, as_numbers, is_quantity, label_of
from batch.studies.customer_table.wishes import SEED, Filling
from shared.core.arrays import Bool, Float64, Int64, ReadOnlyArrays
from shared.errors import InvalidConfig

SKEWED = 1.0
"""Skewness from which a logarithm is tried; it is taken where it leaves less of it."""
NEIGHBOURS = 10
KNN_ROWS = 5_000
"""Customers among whom the nearest are looked for: every empty cell is compared with all of them."""
EMPTY_WORD = "(empty)"


@dataclass(frozen=True)
class Feature:
    """A number that customers are compared by.

    Parameters
    ----------
    column : of the file. group : the word whose holders have this feature; None for amounts.
    is_log : whether its logarithm is taken, of 1 + value. mean, deviation : of what is known, after that.
    skew_raw, skew_taken : before and after it. n_empty : cells filled. fill : the median they get, in the
        column's unit, where they get one.
    """

    column: str
    label: str
    is_log: bool = False
    mean: float = 0.0
    deviation: float = 1.0
    skew_raw: float = 0.0
    skew_taken: float = 0.0
    n_empty: int = 0
    fill: float | None = None
    group: str | None = None


@dataclass(frozen=True, eq=False)
class Prepared(ReadOnlyArrays):
    """Customers who are clustered.

    Parameters
    ----------
    features : (d,). X : (m, d), without empty cells. rows : (m,) of the table, ascending.
    is_filled : (m,) which of these customers have a cell that was filled.
    """

    features: tuple[Feature, ...]
    X: Float64
    rows: Int64
    is_filled: Bool


def prepare(table: pd.DataFrame, verdicts: Sequence[ColumnVerdict], filling: Filling) -> Prepared:
    """Transform, scale and fill the columns that are clustered by.

    Words become one feature for each, 0 or 1 over the root of 2: customers of different words stand as
    far apart as those who differ by one deviation of an amount.

    Raises
    ------
    InvalidConfig : fewer than two customers have no empty cell, where these alone are clustered.
    """
    names = of_role(verdicts, "clustered by")
    amounts = [name for name in names if is_quantity(table[name])]
    columns = [_taken(as_numbers(table[name])) for name in amounts]
    taken = np.column_stack([values for values, _ in columns]) if columns else np.empty((len(table), 0))
    scaler = StandardScaler().fit(taken) if columns else None
    scaled = scaler.transform(taken) if scaler else taken
    rows = _complete(scaled, filling)
    full = _filled(scaled[rows], filling)
    features = tuple(
        _feature(table, name, is_log, taken[:, at], scaled[:, at], filling)
        for at, (name, (_, is_log)) in enumerate(zip(amounts, columns, strict=True))
    )
    words, held = _words(table, [name for name in names if name not in amounts], rows)
    return Prepared(
        (*features, *words), np.hstack([full, held]), rows, np.asarray(np.isnan(scaled[rows]).any(axis=1))
    )


def taken_again(values: Values, *, is_log: bool) -> Values:
    """Return a column's numbers as they are compared, before scaling."""
    return pd.Series(np.log1p(values.to_numpy()), values.index) if is_log else values


def raw(feature: Feature, scaled: float) -> float:
    """Return a number in the column's own unit."""
    value = scaled * feature.deviation + feature.mean
    return float(np.expm1(value)) if feature.is_log else value


def _taken(values: Values) -> tuple[Float64, bool]:
    """Take the logarithm of 1 + value where that makes a skewed column less so."""
    skew = skewness(values)
    if abs(skew) > SKEWED and values.min() >= 0:
        logs = taken_again(values, is_log=True)
        if abs(skewness(logs)) < abs(skew):
            return logs.to_numpy(), True
    return values.to_numpy(), False


def skewness(values: Values) -> float:
    """Return how far a column leans to one side, 0 for not at all."""
    skew: Any = values.skew()
    return float(skew)


def _complete(scaled: Float64, filling: Filling) -> Int64:
    rows = np.arange(len(scaled))
    if filling != "leave-out":
        return rows
    rows = rows[~np.isnan(scaled).any(axis=1)]
    if len(rows) < 2:
        msg = f"{len(rows)} customers have no empty cell, too few to cluster; fill them: --fill median"
        raise InvalidConfig(msg)
    return rows


def _filled(scaled: Float64, filling: Filling) -> Float64:
    empty = np.isnan(scaled).any(axis=1)
    if not empty.any():
        return scaled
    if filling == "median":
        return np.asarray(SimpleImputer(strategy="median").fit_transform(scaled))
    near = np.random.default_rng(SEED).permutation(len(scaled))[:KNN_ROWS]
    full = scaled.copy()
    full[empty] = KNNImputer(n_neighbors=NEIGHBOURS).fit(scaled[np.sort(near)]).transform(scaled[empty])
    return full


def _feature(
    table: pd.DataFrame, name: str, is_log: bool, taken: Float64, scaled: Float64, filling: Filling
) -> Feature:
    values = as_numbers(table[name])
    found = Feature(
        column=name,
        label=label_of(name, table[name]),
        is_log=is_log,
        mean=float(np.nanmean(taken)),
        deviation=float(np.nanstd(taken)),
        skew_raw=skewness(values),
        skew_taken=skewness(taken_again(values, is_log=is_log)),
        n_empty=int(values.isna().sum()),
    )
    if filling != "median" or not found.n_empty:
        return found
    return Feature(**vars(found) | {"fill": raw(found, float(np.nanmedian(scaled)))})


def _words(table: pd.DataFrame, names: Sequence[str], rows: Int64) -> tuple[tuple[Feature, ...], Float64]:
    features, columns = list[Feature](), list[Float64]()
    for name in names:
        held = table[name].iloc[rows].astype(object).fillna(EMPTY_WORD).astype(str)
        for word in sorted(held.unique()):
            features.append(Feature(name, f"{name} = {word}", group=word))
            columns.append((held == word).to_numpy(dtype=np.float64) / sqrt(2))
    return tuple(features), np.column_stack(columns) if columns else np.empty((len(rows), 0))
