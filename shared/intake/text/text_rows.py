"""Rows of separated text.

Most lines are rows as they stand, which is seen for a whole block at once. The others are cut one by one:
what they mean is written anew, in one certain way, and what means nothing is a damaged row. So one reader,
Arrow's, cuts all of them, and the cells are exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from pyarrow import csv

from shared.core.arrays import Bool, Int64
from shared.intake.grouping import Piece
from shared.intake.table import DamagedRow
from shared.intake.text.cutting import Malformed, Unclosed, written
from shared.intake.text.encoding import as_in_file, first_lost_byte
from shared.intake.text.text_layout import TextForm
from shared.intake.text.text_lines import TextLines, plain_rows, split_lines

_MAX_LINES = 10_000
"""Of one row: a quote that is open for longer was never meant to be."""
_MARK = "\ufeff"
_NOTHING = " \t\x1a"
"""Signs of a row that holds nothing; the last one ends files of old systems."""


class _More(Exception):
    """A row goes on behind the block."""


class _Row(NamedTuple):
    """What was made of one or more lines: cells written anew, the reason why not, or nothing at all."""

    last: int
    cells: bytes | None = None
    reason: str | None = None
    code: str = "damaged_rows"


@dataclass
class TextRows:
    """Reads blocks of UTF-8 text one after the other.

    codec : of the file, for what is given back as it stands. row, line : of the next row.
    """

    names: Sequence[str]
    form: TextForm
    codec: str
    line: int
    row: int = 1

    def __post_init__(self) -> None:
        self.cutter, self.shape = self.form.cutter, self.form.shape

    def read(self, text: bytes, fraction: float, *, final: bool) -> tuple[Piece, bytes]:
        """Give the rows of a block, and the text that needs the next block."""
        lines = split_lines(text, final=final)
        if not len(lines):
            return self._piece(lines, np.zeros(0, bool), {}, 0, fraction), text
        width = self.shape.width
        plain, blank = plain_rows(lines, self.cutter.separator, width, self.shape.empty_at_end)
        plain &= ~self._doubtful(lines)
        rows, end = self._rewritten(lines, np.flatnonzero(~plain & ~blank), final=final)
        for first, row in rows.items():
            plain[first : row.last + 1] = False
            blank[first : row.last + 1] = False
        piece = self._piece(lines, plain[:end], rows, int(blank[:end].sum()), fraction)
        rest = text[lines.starts[end] :] if end < len(lines) else lines.rest
        self.line += end
        return piece, rest

    def _doubtful(self, lines: TextLines) -> Bool:
        """Mark lines that need a second look whatever their separators say."""
        doubtful = lines.holding(b"\0") | lines.holding(_MARK.encode())
        if self.form.header_text:
            doubtful |= lines.holding(self.form.header_text)
        if self.cutter.escape:
            doubtful |= lines.holding(b"\\")
        at = 0
        while lost := first_lost_byte(lines.text[at : lines.nexts[-1]], "utf-8"):
            line = int(np.searchsorted(lines.nexts, at + lost[1], side="right"))
            doubtful[line] = True
            at = int(lines.nexts[line])
        return doubtful

    def _rewritten(self, lines: TextLines, odd: Int64, *, final: bool) -> tuple[dict[int, _Row], int]:
        """Cut the odd lines one by one; also give the line at which the next block goes on."""
        rows: dict[int, _Row] = {}
        free = 0
        for first in odd.tolist():
            if first < free:
                continue
            try:
                rows[first] = self._row(lines, first, final=final)
            except _More:
                return rows, first
            free = rows[first].last + 1
        return rows, len(lines)

    def _row(self, lines: TextLines, first: int, *, final: bool) -> _Row:
        lost = first_lost_byte(lines.content(first), self.codec)
        if lost:
            return _Row(first, reason=f"byte 0x{lost[0]:02X} is no {self.codec} text")
        text = lines.content(first).decode().removeprefix(_MARK)
        try:
            return self._judged(self.cutter.cut(text), first)
        except Malformed as reason:
            return _Row(first, reason=str(reason))
        except Unclosed:
            return self._over_lines(lines, first, text, final=final)

    def _over_lines(self, lines: TextLines, first: int, text: str, *, final: bool) -> _Row:
        """Cut a row with line ends in its cells; a stray quote must not swallow the rows that follow."""
        alike, shape = 0, self.shape
        for last in range(first + 1, min(first + _MAX_LINES, len(lines))):
            content = lines.content(last)
            alike += shape.is_like(content.decode(errors="replace"))
            if shape.is_swallowed(alike, last - first, text, is_closed=False):
                return _stray(first, f"a quote is opened, and {alike} lines that look like rows follow")
            if b'"' not in content and not self.cutter.escape:
                continue
            try:
                cells = self.cutter.cut(lines.whole(first, last).decode().removeprefix(_MARK))
            except Unclosed:
                continue
            except UnicodeDecodeError:
                return _stray(first, "a quote is opened, and what follows is no text")
            except Malformed as reason:
                return _stray(
                    first, f"a quote is opened, and closed {last - first} lines below with {reason}"
                )
            if shape.is_swallowed(alike, last - first, text, is_closed=True):
                return _stray(
                    first, f"a quote is opened, and closed {last - first} lines below, behind other rows"
                )
            return self._judged(cells, last)
        if not final and len(lines) - first < _MAX_LINES:
            raise _More
        return _stray(first, "a quote is opened and never closed")

    def _judged(self, cells: list[str], last: int) -> _Row:
        if not any(cell.strip(_NOTHING) for cell in cells):
            return _Row(last)
        fault = self.shape.fault(cells)
        if fault:
            return _Row(last, reason=fault)
        if cells == list(self.form.header):
            return _Row(last, reason="it repeats the header", code="repeated_header")
        padded = cells + [""] * (self.shape.width - len(cells))
        return _Row(last, cells=written(padded, self.cutter.separator).encode() + b"\n")

    def _piece(
        self, lines: TextLines, plain: Bool, rows: dict[int, _Row], blank: int, fraction: float
    ) -> Piece:
        begins, has_cells = plain.copy(), plain.copy()
        for first, row in rows.items():
            begins[first] = row.cells is not None or row.reason is not None
            has_cells[first] = row.cells is not None
            blank += not begins[first]
        numbers = self.row - 1 + np.cumsum(begins)
        self.row += int(begins.sum())
        damaged = [
            DamagedRow(
                int(numbers[first]),
                self.line + first,
                as_in_file(lines.whole(first, row.last), self.codec),
                row.reason,
                row.code,
            )
            for first, row in rows.items()
            if row.reason is not None
        ]
        cells = self._cells(b"".join(_parts(lines, plain, rows)))
        return Piece(
            cells, numbers[has_cells], self.line + np.flatnonzero(has_cells), damaged, blank, fraction
        )

    def _cells(self, text: bytes) -> pa.Table:
        columns = [str(position) for position in range(self.shape.width)]
        kept = columns[: len(self.names)]
        if not text:
            return pa.table({name: pa.array([], pa.string()) for name in self.names})
        table = csv.read_csv(
            pa.BufferReader(text),
            csv.ReadOptions(use_threads=False, block_size=len(text) + 1, column_names=columns),
            csv.ParseOptions(
                delimiter=self.cutter.separator, newlines_in_values=True, ignore_empty_lines=False
            ),
            csv.ConvertOptions(
                check_utf8=False,
                column_types=dict.fromkeys(columns, pa.string()),
                include_columns=kept,
                strings_can_be_null=False,
            ),
        )
        return table.rename_columns(list(self.names))


def _stray(line: int, reason: str) -> _Row:
    return _Row(line, reason=reason, code="swallowed_lines")


def _parts(lines: TextLines, plain: Bool, rows: dict[int, _Row]) -> list[bytes | memoryview]:
    """Give the text of all rows with cells: runs of lines as they stand, and rows written anew."""
    text = memoryview(lines.text)
    parts: list[bytes | memoryview] = []
    start = 0
    for line in [*np.flatnonzero(~plain).tolist(), len(plain)]:
        if start < line:
            parts.append(text[lines.starts[start] : lines.nexts[line - 1]])
        row = rows.get(line)
        if row is not None and row.cells is not None:
            parts.append(row.cells)
        start = line + 1
    return parts
