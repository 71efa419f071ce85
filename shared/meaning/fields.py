"""Columns of a file under the names of an event's fields, and what an order's further lines leave blank."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from shared.core.arrays import Bool, Int64
from shared.intake.table import DamagedRow
from shared.meaning.profiles import OF_AN_ORDER, Profile, parts_of


def fields_of(profile: Profile, cells: pd.DataFrame) -> pd.DataFrame:
    """Return (n, fields) text: columns and constants by field; the two columns of a time joined."""
    found: dict[str, pd.Series[str]] = {}
    for name, column in profile.columns.items():
        parts = parts_of(column, cells.columns) if name == "event_time" else (column,)
        found[name] = cells[parts[0]]
        for part in parts[1:]:
            found[name] = (found[name].str.strip() + " " + cells[part].str.strip()).str.strip()
    for name, value in profile.constants.items():
        found[name] = pd.Series(value, index=cells.index, dtype="str")
    return pd.DataFrame(found, index=cells.index)


class FillDown:
    """Fills what an order's further lines leave blank with what stands in the line before, across tables.

    A line continues the order before it if it states the same invoice, or none and neither who nor when;
    without a column of invoices, if it states neither who nor when. Behind a damaged row, which may have
    begun an order, only the same invoice goes on.
    """

    def __init__(self) -> None:
        self._last: pd.DataFrame | None = None
        self._ends_damaged = False

    def fill(self, fields: pd.DataFrame, rows: Int64, damaged: Sequence[DamagedRow]) -> pd.DataFrame:
        """Return the next rows, filled. rows : (n,) their numbers. damaged : the rows in between."""
        is_cut = behind_damage(rows, damaged)
        is_cut[0] |= self._ends_damaged
        self._ends_damaged = any(row.row > rows[-1] for row in damaged if not row.is_remark)
        if self._last is None:
            filled = filled_down(fields, is_cut)
        else:
            filled = filled_down(pd.concat([self._last, fields]), np.insert(is_cut, 0, values=False))
        self._last = filled.iloc[-1:]
        return filled.iloc[len(filled) - len(fields) :]


def behind_damage(rows: Int64, damaged: Sequence[DamagedRow]) -> Bool:
    """Return (n,) before which rows a damaged one stands; a header once more is none."""
    numbers = [row.row for row in damaged if not row.is_remark]
    is_cut: Bool = np.diff(np.searchsorted(numbers, rows), prepend=0) > 0
    return is_cut


def filled_down(fields: pd.DataFrame, is_cut: Bool) -> pd.DataFrame:
    """Return rows with the blank cells of each order's further lines filled.

    Where no column states the invoice, who and when name the order. is_cut : see `behind_damage`.
    """
    group = _orders(fields, is_cut)
    columns = [name for name in OF_AN_ORDER if name in fields]
    filled = fields.assign(**{name: _filled(fields[name], group) for name in columns})
    if "invoice_no" not in fields:
        filled["invoice_no"] = filled["event_time"] + " " + filled["customer_id"]
    return filled


def blanks_of_orders(fields: pd.DataFrame, is_cut: Bool) -> Bool:
    """Return (n,) which rows leave who or when blank, although the line before says it of the same order."""
    group = _orders(fields, is_cut)
    blank: Bool = np.logical_or.reduce(
        [
            (fields[name] == "").to_numpy(dtype=bool)
            & (_filled(fields[name], group) != "").to_numpy(dtype=bool)
            for name in ("event_time", "customer_id")
        ]
    )
    return blank


def _orders(fields: pd.DataFrame, is_cut: Bool) -> Int64:
    """Return (n,) numbers that are equal for the rows of one order, where these follow each other."""
    nobody = (fields["event_time"] == "").to_numpy(dtype=bool) & (fields["customer_id"] == "").to_numpy(
        dtype=bool
    )
    if "invoice_no" not in fields:
        return np.cumsum(~nobody | is_cut)
    stated = fields["invoice_no"]
    is_blank = (stated == "").to_numpy(dtype=bool)
    invoices = _filled(stated, np.zeros(len(fields), np.int64))
    same = (invoices == invoices.shift(1)).fillna(value=False).to_numpy(dtype=bool)
    return np.cumsum(~(same & (~is_blank | (nobody & ~is_cut))))


def _filled(column: "pd.Series[str]", group: Int64) -> "pd.Series[str]":
    """Fill blanks with the nearest text above within the group."""
    place = np.where((column != "").to_numpy(dtype=bool), np.arange(len(column)), -1)
    above = np.maximum.accumulate(place) if len(place) else place
    usable = (above >= 0) & (group[above] == group) if len(place) else place.astype(bool)
    filled: pd.Series[str] = column.iloc[np.where(usable, above, np.arange(len(column)))]
    filled.index = column.index
    return filled
