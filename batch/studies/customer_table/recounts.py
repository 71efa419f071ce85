"""The same facts again, by plain pandas from the table: what the study claims is checked by these."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from batch.studies.claims import Facts, Value
from batch.studies.customer_table.column_values import Values, shown
from batch.studies.customer_table.effects import Effect
from batch.studies.customer_table.preparing import Feature
from shared.core.arrays import Float64, Int64


def plain_numbers(table: pd.DataFrame, name: str) -> Values:
    """Return a column as numbers; dates as days before the last."""
    if table[name].dtype.kind == "M":
        seconds: Values = (table[name].max() - table[name]).dt.total_seconds()
        return seconds / 86_400
    return table[name]


def lean(values: Values) -> float:
    """Return the skewness of a column without regard to its side."""
    skew: Any = values.skew()
    return abs(float(skew))


def group_facts(
    table: pd.DataFrame, rows: Int64, own: "pd.Series[bool]", told: tuple[Effect, ...], logs: frozenset[str]
) -> dict[str, Value]:
    """Count and compare one group with the others.

    Parameters
    ----------
    rows : (m,) of the table that were clustered. own : (m,) whether each is in the group.
    told : what is said of it. logs : columns that are compared by their logarithms.
    """
    clustered = table.iloc[rows].reset_index(drop=True)
    facts: dict[str, Value] = {"customers": int(own.sum()), "share": float(own.mean())}
    for at, effect in enumerate(told):
        facts |= {f"label_{at}": effect.label}
        if effect.word is not None:
            held = [None if pd.isna(value) else shown(value) for value in clustered[effect.column]]
            holds = pd.Series([word == effect.word for word in held])
            facts |= {f"typical_{at}": float(holds[own].mean()), f"elsewhere_{at}": float(holds[~own].mean())}
            continue
        values = plain_numbers(table, effect.column).iloc[rows].reset_index(drop=True)
        compared = values.add(1).apply(np.log) if effect.column in logs else values
        d = cohens_d(compared[own].dropna(), compared[~own].dropna())
        facts |= {
            f"way_{at}": "higher" if d > 0 else "lower",
            f"typical_{at}": shown(float(values[own].median())),
            f"elsewhere_{at}": shown(float(values[~own].median())),
            f"size_{at}": abs(d),
        }
    return facts


def cohens_d(one: "pd.Series[float]", other: "pd.Series[float]") -> float:
    """Return the difference of two means over their pooled deviation."""
    pooled = ((len(one) - 1) * one.var() + (len(other) - 1) * other.var()) / (len(one) + len(other) - 2)
    return float((one.mean() - other.mean()) / np.sqrt(pooled))


def explained_again(X: Float64, labels: Int64) -> Callable[[pd.DataFrame], Facts]:
    """Give the share of the variance of rows (m, d) that lies between groups, by pandas."""

    def again(_: pd.DataFrame) -> Facts:
        frame = pd.DataFrame(X)
        within = frame.sub(frame.groupby(labels).transform("mean")).pow(2).to_numpy().sum()
        return {"share": 1 - float(within / frame.sub(frame.mean()).pow(2).to_numpy().sum())}

    return again


def plane_again(X: Float64) -> Callable[[pd.DataFrame], Facts]:
    """Give the share of the variance of rows (m, d) that two directions hold, by their covariance."""

    def again(_: pd.DataFrame) -> Facts:
        variances = np.sort(np.linalg.eigvalsh(pd.DataFrame(X).cov().to_numpy()))[::-1]
        return {"share": float(variances[:2].sum() / variances.sum())}

    return again


def skewed_again(features: tuple[Feature, ...], limit: float) -> Callable[[pd.DataFrame], Facts]:
    """Count the amounts that lean to one side, and those whose logarithms lean less."""

    def again(table: pd.DataFrame) -> Facts:
        names = [feature.column for feature in features if feature.group is None]
        columns = [plain_numbers(table, name) for name in names]
        leaning = [values for values in columns if lean(values) > limit]
        helped = [
            values
            for values in leaning
            if values.min() >= 0 and lean(values.add(1).apply(np.log)) < lean(values)
        ]
        return {"logs": len(helped), "skewed": len(leaning), "amounts": len(names), "limit": limit}

    return again
