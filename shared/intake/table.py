"""Rows of a file as text."""

from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from shared.core.arrays import Int64

TEXT = pd.StringDtype("pyarrow")
"""Of all cells: they stay as they were cut. Python strings cost four seconds for five million rows of 5."""


class DamagedRow(NamedTuple):
    """A row that cannot be cut into the columns of its file.

    row : its number, from 1. line : of the file, from 1. raw : its bytes as they stand in the file.
    reason : a clause, as "7 cells, the header has 6". code : of the finding that speaks of it.
    """

    row: int
    line: int
    raw: bytes
    reason: str
    code: str = "damaged_rows"

    @property
    def is_remark(self) -> bool:
        """Whether it was never meant as a row: a footer, or the header once more."""
        return self.code in {"footer", "repeated_header"}


@dataclass(frozen=True, eq=False)
class Table:
    """Consecutive rows of a file.

    Every cell is the text that the file holds: `NA` is a customer called NA, `2.10` stays `2.10`, and a
    missing value is the empty text.

    Parameters
    ----------
    cells : (n, columns) of dtype `TEXT`, under the names of the file's header; never NA.
    rows : (n,) row numbers, from 1; every row of the file has one, damaged ones too, the header has none.
    lines : (n,) lines of the file in which the rows begin, from 1 (rows of the sheet, in a spreadsheet).
    damaged : the rows in between that have no cells here, ascending.
    read_fraction : share of the file read so far.
    blank_lines : lines between these rows that hold nothing; they are no rows.
    """

    cells: pd.DataFrame
    rows: Int64
    lines: Int64
    damaged: tuple[DamagedRow, ...]
    read_fraction: float
    blank_lines: int = 0
