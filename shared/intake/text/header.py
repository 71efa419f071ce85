"""Where a table's header is, and what its columns are called.

The header is the row above the first row that looks like data: it has as many cells as the rows have, and
names where they have numbers and dates. Titles above it have fewer cells, or empty ones.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from shared.intake.findings import Finding, Level
from shared.intake.text.shape import is_figure

_NAMED = 0.6
"""Share of the cells a row usually fills that a header must fill: exports pad titles with separators."""

_DATA = 0.75
"""Share of the columns of numbers and dates in which a row must have some: a name may be a year."""


class SampleRow(NamedTuple):
    """A row near the beginning of a file; blank ones are left out. line : in which it begins, from 1."""

    line: int
    cells: Sequence[str]

    @property
    def shown(self) -> str:
        """Its beginning, for a message."""
        return " ".join(cell for cell in self.cells if cell)[:60]


@dataclass(frozen=True)
class Header:
    """The names of a table's columns.

    index : of the header among the sample's rows; -1 where there is none.
    names : trimmed, and no two alike. empty_at_end : cells of rows behind the last column, always empty.
    """

    index: int
    names: tuple[str, ...]
    empty_at_end: int
    findings: tuple[Finding, ...]


def usual_width(rows: Sequence[SampleRow]) -> int:
    """Give the number of cells that most rows have."""
    counts = Counter(len(row.cells) for row in rows)
    return max(counts, key=lambda width: (counts[width], width), default=0)


def find_header(rows: Sequence[SampleRow]) -> Header:
    """Find the header among a sample of rows, and name the columns."""
    width = usual_width(rows)
    index = _header_index(rows, width)
    if index < 0:
        names = tuple(f"column {position + 1}" for position in range(width))
        return Header(-1, names, 0, (_no_header(rows),) if rows else ())
    cells = [" ".join(cell.removeprefix("\ufeff").split()) for cell in rows[index].cells]
    below = [row.cells for row in rows[index + 1 :]]
    columns = _without_empty_end(cells, below)
    empty_at_end = _empty_at_end(columns, below, max(len(cells), width))
    names, findings = unique_names(cells[:columns], rows[index].line)
    if index:
        findings.append(_titles(rows[:index], rows[index].line))
    if empty_at_end:
        findings.append(_trailing(empty_at_end, rows[index].line))
    return Header(index, names, empty_at_end, tuple(findings))


def _header_index(rows: Sequence[SampleRow], width: int) -> int:
    typical = [row.cells for row in rows if len(row.cells) == width]
    figures = [
        position
        for position in range(width)
        if 2 * sum(is_figure(cells[position]) for cells in typical) >= len(typical)
    ]
    used = sorted(map(_filled, typical))[len(typical) // 2] if typical else 0
    above = _above_data(rows, width, figures)
    for index in above:
        cells = rows[index].cells
        if len(cells) == width and _filled(cells) >= max(_NAMED * used, 1):
            return index
    for index in reversed(above):
        cells = _without_blank_end(rows[index].cells)
        if len(cells) >= 2 and _filled(cells) == len(cells) and not any(map(is_figure, cells)):
            return index
    return -1


def _without_blank_end(cells: Sequence[str]) -> Sequence[str]:
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def _above_data(rows: Sequence[SampleRow], width: int, figures: Sequence[int]) -> range:
    """Give the rows above the first one with numbers or dates where they usually stand."""
    for index, row in enumerate(rows):
        if figures and len(row.cells) == width:
            held = sum(is_figure(row.cells[position]) for position in figures)
            if held >= _DATA * len(figures):
                return range(index)
    return range(len(rows))


def _filled(cells: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in cells)


def _without_empty_end(cells: Sequence[str], below: Sequence[Sequence[str]]) -> int:
    """Leave out the last columns that have neither a name nor a value."""
    columns = len(cells)
    while columns > 1 and not cells[columns - 1] and not any(_has(row, columns - 1) for row in below):
        columns -= 1
    return columns


def _empty_at_end(columns: int, below: Sequence[Sequence[str]], width: int) -> int:
    """Count the cells behind the last column, if the rows have some and these are always empty."""
    if all(not _has(row, position) for row in below for position in range(columns, len(row))):
        return width - columns
    return 0


def _has(cells: Sequence[str], position: int) -> bool:
    return position < len(cells) and bool(cells[position].strip())


def unique_names(cells: Sequence[str], line: int) -> tuple[tuple[str, ...], list[Finding]]:
    """Name columns by the cells of their header in this line, no two alike."""
    names: list[str] = []
    unnamed = [position + 1 for position, cell in enumerate(cells) if not cell]
    filled = [cell or f"column {position + 1}" for position, cell in enumerate(cells)]
    given, taken = set(filled), set[str]()
    for cell in filled:
        name, count = cell, 1
        while name in taken or (count > 1 and name in given):
            count += 1
            name = f"{cell} ({count})"
        names.append(name)
        taken.add(name)
    repeated = [cell for cell in dict.fromkeys(filled) if filled.count(cell) > 1]
    findings = [_repeated(cell, filled, names, line) for cell in repeated]
    if unnamed:
        which = ", ".join(f"'column {position}'" for position in unnamed)
        message = f"line {line}: the header has no name at {_places(unnamed)}; called {which}"
        findings.append(Finding(Level.NOTE, "unnamed_column", message))
    return tuple(names), findings


def _repeated(cell: str, filled: Sequence[str], names: Sequence[str], line: int) -> Finding:
    places = [position for position, other in enumerate(filled) if other == cell]
    called = ", ".join(repr(names[position]) for position in places)
    at = _places([position + 1 for position in places])
    message = f"line {line}: {len(places)} columns are called {cell!r}, at {at}; they are read as {called}"
    return Finding(
        Level.WARN, "repeated_name", message, mend=f'--map FIELD="{names[places[1]]}" takes another'
    )


def _places(positions: Sequence[int]) -> str:
    word = "position" if len(positions) == 1 else "positions"
    return f"{word} {', '.join(map(str, positions))}"


def _titles(above: Sequence[SampleRow], line: int) -> Finding:
    first, last = above[0].line, above[-1].line
    where = f"line {first} stands" if len(above) == 1 else f"lines {first} to {last} stand"
    examples = tuple(f"line {row.line}: {row.shown!r}" for row in above[:3])
    message = f"{where} above the header of line {line}; left out"
    return Finding(Level.NOTE, "title_lines", message, examples=examples)


def _trailing(count: int, line: int) -> Finding:
    cells = "an empty cell" if count == 1 else f"{count} empty cells"
    message = f"rows end with {cells} behind the last named column of line {line}; left out"
    return Finding(Level.NOTE, "trailing_separator", message)


def _no_header(rows: Sequence[SampleRow]) -> Finding:
    shown = ", ".join(map(repr, rows[0].cells[:4]))
    message = f"line {rows[0].line} should name the columns, but looks like a row: {shown}"
    return Finding(Level.STOP, "no_header", message, mend="put a line with the names of the columns above it")
