"""What the purchases at each unit of the map are mostly like, in words of the file."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from batch.studies.retail_som_hierarchy.encoded_rows import categories
from shared.core.arrays import Int64

MAX_WORDS = 5
"""Words with a marker of their own; the rarer ones share one."""
OTHER = "other words"
_PREFERRED = ("discount_used", "promo_code", "gender")


@dataclass(frozen=True)
class UnitMarks:
    """The most frequent word at each unit.

    Parameters
    ----------
    column : whose words they are. words : those with a marker of their own, most frequent in the file first.
    of_units : (n_units,) the word of each unit, None where it has no purchases.
    """

    column: str
    words: tuple[str, ...]
    of_units: tuple[str | None, ...]

    def looks(self) -> "list[tuple[str, np.ndarray[tuple[int], np.dtype[np.bool_]]]]":
        """Return each legend's words and which units it marks, only those that mark any."""
        found = np.array([word or "" for word in self.of_units])
        known = [(f"mostly {word}", found == word) for word in self.words]
        known.append((f"mostly {OTHER}", ~np.isin(found, ["", *self.words])))
        return [(label, chosen) for label, chosen in known if chosen.any()]


def mark(rows: pd.DataFrame, features: tuple[str, ...], units: Int64, n_units: int) -> UnitMarks | None:
    """Mark units by the first column of words that varies: discounts, promotions, genders; None without."""
    words = categories(rows, features)
    column = next((name for name in _PREFERRED if name in words), None)
    if column is None:
        return None
    counts = pd.crosstab(units, rows[column].to_numpy())
    totals = counts.sum().sort_values(ascending=False, kind="stable")
    usual = counts.idxmax(axis=1)
    of_units = tuple(str(usual[unit]) if unit in usual.index else None for unit in range(n_units))
    return UnitMarks(column, tuple(map(str, totals.index[:MAX_WORDS])), of_units)
