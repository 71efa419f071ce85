"""The rows of a file, as tables of text."""

from collections.abc import Iterator

from shared.intake.grouping import Piece, as_table, grouped
from shared.intake.layout import Layout
from shared.intake.source import Source
from shared.intake.table import Table
from shared.intake.text_rows import TextRows
from shared.intake.text_source import opened_text

CHUNK_ROWS = 50_000
"""About 20 MB of text: large enough to vectorise, small enough to start at once."""


def tables(source: Source, layout: Layout, rows: int = CHUNK_ROWS) -> Iterator[Table]:
    """Yield the rows of a file in order, at most `rows` in a table, damaged ones counted.

    Raises
    ------
    InvalidConfig : the file cannot be read to its end.
    """
    for piece in grouped(_text_pieces(source, layout), rows):
        yield as_table(piece)


def _text_pieces(source: Source, layout: Layout) -> Iterator[Piece]:
    form = layout.form
    reader = TextRows(layout.names, form, layout.encoding or "utf-8", form.line)
    skip, rest = form.offset, b""
    with opened_text(source) as text:
        for block in text.blocks:
            passed = min(skip, len(block))
            skip -= passed
            piece, rest = reader.read(rest + block[passed:], text.fraction(), final=False)
            yield piece
        yield reader.read(rest, 1.0, final=True)[0]
