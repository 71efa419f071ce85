"""Rows of an Excel file as text, by openpyxl, which is an extra."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from shared.errors import InvalidConfig
from shared.intake.findings import Finding, Level
from shared.intake.grouping import Piece
from shared.intake.plain_values import plain_value
from shared.intake.table import DamagedRow
from shared.intake.text.cutting import written_plainly
from shared.intake.text.header import SampleRow, find_header
from shared.intake.text.shape import RowShape, learnt_shape

_BATCH_ROWS = 5_000

Rows = Iterator[tuple[int, list[str]]]


@dataclass(frozen=True)
class SheetForm:
    """Which sheet is read. line : of its first row below the header."""

    sheet: str
    line: int
    shape: RowShape


@dataclass(frozen=True)
class SheetLayout:
    """What was found in the first rows of a sheet."""

    form: SheetForm
    names: tuple[str, ...]
    header_line: int
    findings: tuple[Finding, ...]


def find_sheet_layout(path: Path, limit: int) -> SheetLayout:
    """Look at the first sheet that has rows.

    Raises
    ------
    InvalidConfig : openpyxl is missing, the file is damaged, or no sheet has rows.
    """
    with _workbook(path) as book:
        filled = [sheet.title for sheet in book.worksheets if _next(_rows(sheet), 1)]
        if not filled:
            msg = f"{path} has no sheet with rows in it; a header row and rows below it are needed"
            raise InvalidConfig(msg)
        sample = _sample(book[filled[0]], limit)
    header = find_header(sample)
    below = [row.cells for row in sample[header.index + 1 :]]
    shape = learnt_shape(",", len(header.names), header.empty_at_end, below)
    line = sample[header.index].line if header.index >= 0 else 0
    findings = [*header.findings, *_other_sheets(filled)]
    return SheetLayout(SheetForm(filled[0], line + 1, shape), header.names, line, tuple(findings))


def sheet_pieces(path: Path, names: tuple[str, ...], form: SheetForm) -> Iterator[Piece]:
    """Yield the rows in order; a row's line is its row in the sheet.

    Raises
    ------
    InvalidConfig : the file is damaged.
    """
    number, previous = 0, form.line - 1
    with _workbook(path) as book:
        sheet = book[form.sheet]
        total = max(sheet.max_row or 0, 1)
        rows = ((line, cells) for line, cells in _rows(sheet) if line >= form.line)
        while batch := _next(rows, _BATCH_ROWS):
            blank = batch[-1][0] - previous - len(batch)
            previous = batch[-1][0]
            piece = _piece(batch, number, names, blank)
            yield piece._replace(read_fraction=min(previous / total, 1.0))
            number += len(batch)


def _piece(batch: Sequence[tuple[int, list[str]]], done: int, names: tuple[str, ...], blank: int) -> Piece:
    kept: list[list[str]] = []
    numbers, lines, damaged = [], [], []
    for row, (line, cells) in enumerate(batch, done + 1):
        extra = cells[len(names) :]
        if any(extra):
            reason = f"a value behind the last column: {''.join(extra)[:20]!r}"
            damaged.append(DamagedRow(row, line, written_plainly(cells, ",").encode(), reason))
            continue
        kept.append(cells + [""] * (len(names) - len(cells)))
        numbers.append(row)
        lines.append(line)
    columns = [pa.array([cells[at] for cells in kept], pa.string()) for at in range(len(names))]
    table = pa.table(columns, names=list(names))
    return Piece(table, np.array(numbers, np.int64), np.array(lines, np.int64), damaged, blank, 0.0)


def _sample(sheet: Any, limit: int) -> list[SampleRow]:
    """Give the first rows, all of one width: a sheet does not tell where its rows end."""
    rows = _next(_rows(sheet), limit)
    width = max(len(cells) for _, cells in rows)
    return [SampleRow(line, cells + [""] * (width - len(cells))) for line, cells in rows]


def _rows(sheet: Any) -> Rows:
    """Give the rows that hold anything, with their number, without the empty cells at their end."""
    sheet.reset_dimensions()
    for line, row in enumerate(sheet.iter_rows(values_only=True), 1):
        cells = [plain_value(value) for value in row]
        while cells and not cells[-1].strip():
            cells.pop()
        if cells:
            yield line, cells


def _other_sheets(filled: Sequence[str]) -> list[Finding]:
    if len(filled) == 1:
        return []
    others = ", ".join(map(repr, filled[1:]))
    message = f"the sheet {filled[0]!r} is read; others have rows too and are not: {others}"
    return [Finding(Level.WARN, "other_sheets", message, mend="save each sheet as a file of its own")]


def _next(rows: Rows, count: int) -> list[tuple[int, list[str]]]:
    with _quiet():
        return list(islice(rows, count))


@contextmanager
def _quiet() -> Iterator[None]:
    """Leave out warnings of styles and extensions, which hold no values."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def _workbook(path: Path) -> Iterator[Any]:
    try:
        from openpyxl import load_workbook  # noqa: PLC0415  an extra
    except ImportError as error:
        install = "pip install 'resegment[excel]'"
        msg = f"{path} is an Excel file, for which openpyxl is needed: {install}; or save it as CSV UTF-8"
        raise InvalidConfig(msg) from error
    try:
        with path.open("rb") as file:  # by its path it would be judged by its name
            with _quiet():
                book = load_workbook(file, read_only=True, data_only=True)
            yield book
    except InvalidConfig:
        raise
    except Exception as error:  # a damaged file raises whatever the place of the damage makes of it
        msg = f"cannot read {path} as Excel: {error}; open it and save it again, or as CSV UTF-8"
        raise InvalidConfig(msg) from error
