"""How far a group stands apart from everybody else, column by column, and the names that follow.

Amounts are compared as they were clustered, so that one large customer decides nothing; empty cells take no
part, whatever they were filled with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from batch.studies.customer_table.column_values import Values, as_numbers, shown
from batch.studies.customer_table.preparing import Feature, taken_again
from shared.core.arrays import Bool, Int64

MEDIUM, LARGE = 0.5, 0.8
"""Effect sizes from which a difference is named, and is called clear.

References
----------
Cohen (1988), Statistical power analysis for the behavioral sciences, chapter 2.
"""
NAMED = 2
"""Columns in a name, as long as two names do not come out the same."""


@dataclass(frozen=True)
class Effect:
    """A column in which a group differs.

    Parameters
    ----------
    size : difference of the means over the pooled deviation. typical, elsewhere : medians, in the
        column's unit; of a word, its shares.
    word : the value of a column of words that this is about; None for amounts.
    """

    column: str
    label: str
    size: float
    typical: float
    elsewhere: float
    word: str | None = None


def effect_sizes(table: pd.DataFrame, features: Sequence[Feature], labels: Int64) -> pd.DataFrame:
    """Return Cohen's d of every group against all others, (groups, amounts).

    Parameters
    ----------
    table : (m,) customers who were clustered. labels : (m,) from 1.
    """
    sizes = {
        feature.column: _sizes(taken_again(as_numbers(table[feature.column]), is_log=feature.is_log), labels)
        for feature in features
        if feature.group is None
    }
    return pd.DataFrame(sizes, index=pd.RangeIndex(1, labels.max() + 1, name="group"))


def _sizes(values: "pd.Series[float]", labels: Int64) -> list[float]:
    """Compare each group's mean with that of the others, from sums: a million customers in one pass."""
    known = values.notna().to_numpy()
    x = values.to_numpy()[known] - float(values.mean())
    own = labels[known] - 1
    n, total, squares = (np.bincount(own, w, labels.max()) for w in (np.ones(len(x)), x, x**2))
    others = n.sum() - n, total.sum() - total, squares.sum() - squares
    with np.errstate(divide="ignore", invalid="ignore"):
        within = (squares - total**2 / n) + (others[2] - others[1] ** 2 / others[0])
        d = (total / n - others[1] / others[0]) / np.sqrt(within / (n.sum() - 2))
    return [float(size) for size in np.nan_to_num(d, nan=0.0)]


def effects_of(
    table: pd.DataFrame, sizes: pd.DataFrame, labels: Int64, described: Sequence[str]
) -> Mapping[int, tuple[Effect, ...]]:
    """Return what sets each group apart: amounts, then words, the strongest first; from medium on."""
    found = {}
    for group, row in sizes.iterrows():
        own = labels == group
        amounts = [
            Effect(str(name), str(name), float(size), *_medians(table[name], own))
            for name, size in row.items()
            if abs(size) >= MEDIUM
        ]
        words = [effect for name in described for effect in _word_effects(table[name], own)]
        found[int(str(group))] = tuple(
            sorted(amounts, key=lambda effect: -abs(effect.size))
            + sorted(words, key=lambda effect: -abs(effect.size))
        )
    return found


def _medians(values: Values, own: Bool) -> tuple[float, float]:
    numbers = as_numbers(values)
    return float(numbers[own].median()), float(numbers[~own].median())


def _word_effects(values: Values, own: Bool) -> list[Effect]:
    """Compare the shares of each word, as the difference of their arcsines (Cohen's h)."""
    effects = []
    for word in sorted(values.dropna().unique()):
        holds = (values == word).fillna(value=False).to_numpy(dtype=bool)
        within, elsewhere = float(holds[own].mean()), float(holds[~own].mean())
        h = 2 * float(np.arcsin(np.sqrt(within)) - np.arcsin(np.sqrt(elsewhere)))
        if h >= MEDIUM:
            effects.append(
                Effect(str(values.name), f"{values.name} {shown(word)}", h, within, elsewhere, shown(word))
            )
    return effects


def names_of(effects: Mapping[int, Sequence[Effect]]) -> dict[int, str]:
    """Name each group by what sets it apart most; two names that come out the same get further words."""
    for n in range(NAMED, 1 + max((len(each) for each in effects.values()), default=NAMED)):
        names = {group: _name(each, n) for group, each in effects.items()}
        if len(set(names.values())) == len(names):
            return names
    names = {group: _name(each, NAMED) for group, each in effects.items()}
    taken = list(names.values())
    return {
        group: f"{name} ({taken[: at + 1].count(name)})" if taken.count(name) > 1 else name
        for at, (group, name) in enumerate(names.items())
    }


def _name(effects: Sequence[Effect], n: int) -> str:
    return ", ".join(_words(effect) for effect in effects[:n]) or "near the average"


def _words(effect: Effect) -> str:
    if effect.word is not None:
        return f"often {effect.label}"
    return f"{'high' if effect.size > 0 else 'low'} {effect.label}"
