"""What a row of a file looks like, learnt from its first rows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_FIGURE = re.compile(r"[-+(€$£¥. ]*[0-9][0-9 .,:/+\-'TZ%()€$£¥]*(?:[AaPp]\.?[Mm]\.?)?")
_LAST_ROWS = 3
"""May be footers, and say nothing of what a row must have."""
_SURE_LINES = 20
"""So many lines on end that look like rows are rows: the quote before them is a stray one."""


def is_figure(cell: str) -> bool:
    """Tell whether a cell holds a number, a date or a time, and no words."""
    return _FIGURE.fullmatch(cell.strip()) is not None


@dataclass(frozen=True)
class RowShape:
    """How many cells a row has, and of what sort.

    Parameters
    ----------
    columns : cells of a row that belong to a column.
    empty_at_end : cells that may follow, if they are empty: a separator ends the row.
    figures : columns in which nothing but numbers, dates and times stands.
    filled : columns that are never empty.
    """

    separator: str
    columns: int
    empty_at_end: int = 0
    figures: tuple[int, ...] = ()
    filled: tuple[int, ...] = ()

    @property
    def width(self) -> int:
        """Cells of a row, with those at its end that belong to no column."""
        return self.columns + self.empty_at_end

    def fault(self, cells: Sequence[str]) -> str | None:
        """Say why these cells are no row."""
        if not self.columns <= len(cells) <= self.width:
            plural = "" if len(cells) == 1 else "s"
            return f"{len(cells)} cell{plural}, the header has {self.columns}"
        if any(cell.strip() for cell in cells[self.columns :]):
            return f"a value behind the last column: {''.join(cells[self.columns :])[:20]!r}"
        if any("\0" in cell for cell in cells):
            return "it holds zero bytes"
        return None

    def is_like(self, line: str) -> bool:
        """Tell whether a line by itself looks like a whole row, quotes being signs like others."""
        cells = line.split(self.separator)
        if self.columns < 2 or not self.columns <= len(cells) <= self.width:
            return False
        stripped = [cells[position].strip('" ') for position in self.figures]
        return all(not cell or is_figure(cell) for cell in stripped)

    def is_swallowed(self, alike: int, following: int, first: str, *, is_closed: bool) -> bool:
        """Tell whether the lines in a quoted cell are rows that a stray quote has swallowed.

        alike : of the `following` lines, how many look like rows. first : the line with the quote.
        """
        if first.count(self.separator) < self.columns - 1:
            return False
        return 2 * alike >= following if is_closed else alike == following >= _SURE_LINES


def learnt_shape(separator: str, columns: int, empty_at_end: int, rows: Sequence[Sequence[str]]) -> RowShape:
    """Learn from a sample of rows; those of another number of cells teach nothing."""
    fit = [cells for cells in rows if columns <= len(cells) <= columns + empty_at_end]
    figures, filled = [], []
    for position in range(columns):
        cells = [row[position] for row in fit if row[position].strip()]
        if len(cells) >= 2 and sum(map(is_figure, cells)) >= 0.99 * len(cells):
            figures.append(position)
        if len(fit) > _LAST_ROWS and all(row[position].strip() for row in fit[:-_LAST_ROWS]):
            filled.append(position)
    return RowShape(separator, columns, empty_at_end, tuple(figures), tuple(filled))
