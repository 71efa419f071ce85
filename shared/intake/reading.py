"""The rows of a file, as tables of text."""

from collections.abc import Iterator

from shared.errors import InvalidConfig
from shared.intake.footers import FOOTER_ROWS, mark_footers
from shared.intake.grouping import Piece, as_table, grouped
from shared.intake.json.json_layout import JsonForm
from shared.intake.json.json_rows import json_pieces
from shared.intake.layout import Layout
from shared.intake.parquet_rows import ParquetForm, parquet_pieces
from shared.intake.source import Source
from shared.intake.spreadsheet import SheetForm, sheet_pieces
from shared.intake.table import Table
from shared.intake.text.text_layout import TextForm
from shared.intake.text.text_rows import TextRows
from shared.intake.text.text_source import opened_text

CHUNK_ROWS = 50_000
"""About 20 MB of text: large enough to vectorise, small enough to start at once."""
_MAX_LINE_BYTES = 1 << 26


def tables(source: Source, layout: Layout, rows: int = CHUNK_ROWS) -> Iterator[Table]:
    """Yield the rows of a file in order, at most `rows` in a table, damaged ones counted.

    Raises
    ------
    InvalidConfig : the file cannot be read to its end.
    """
    for piece in grouped(_pieces(source, layout), rows, FOOTER_ROWS, lambda last: _finished(last, layout)):
        yield as_table(piece)


def _finished(last: Piece, layout: Layout) -> Piece:
    if isinstance(layout.form, TextForm | SheetForm):
        return mark_footers(last, layout.form.shape, layout.encoding or "utf-8")
    return last


def _pieces(source: Source, layout: Layout) -> Iterator[Piece]:
    match layout.form:
        case TextForm() as form:
            return _text_pieces(source, layout, form)
        case SheetForm() as form:
            return sheet_pieces(source.path, layout.names, form)
        case JsonForm() as form:
            return _json_pieces(source, layout, form)
        case ParquetForm() as form:
            return parquet_pieces(source.path, layout.names, form)


def _text_pieces(source: Source, layout: Layout, form: TextForm) -> Iterator[Piece]:
    reader = TextRows(layout.names, form, layout.encoding or "utf-8", form.line)
    skip, rest = form.offset, b""
    with opened_text(source) as text:
        for block in text.blocks:
            passed = min(skip, len(block))
            skip -= passed
            piece, rest = reader.read(rest + block[passed:], text.fraction(), final=False)
            yield piece
            if len(rest) > _MAX_LINE_BYTES:
                row = f"the row of line {reader.line:,} has no end in sight"
                msg = f"{source.path} is no table: {row}; export it again"
                raise InvalidConfig(msg)
        yield reader.read(rest, 1.0, final=True)[0]


def _json_pieces(source: Source, layout: Layout, form: JsonForm) -> Iterator[Piece]:
    with opened_text(source) as text:
        yield from json_pieces(text, layout.names, form)
