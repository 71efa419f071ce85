"""What a careful writer writes is read back exactly, however it is written."""

import csv
import io
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from shared.intake.findings import Level
from tests.support.intake_files import gzipped, read_bytes, small_blocks, zipped

NAMES = ("order", "when", "who", "sku", "note")
PLAIN = "ab Z09.-é€\u2028\x0b\x85'#:"
LINE_END = re.compile("\r\n|\r|\n")


@dataclass(frozen=True)
class Written:
    separator: str
    line_end: str
    encoding: str
    told: str | None
    packed: str
    chunk_rows: int
    block_bytes: int
    text: str
    rows: list[list[str]]
    lines: list[int]

    @property
    def content(self) -> bytes:
        raw = self.text.encode(self.encoding)
        if self.packed == "zip":
            return zipped([("__MACOSX/._orders.csv", b"litter"), ("orders.csv", raw)])
        return gzipped(raw) if self.packed == "gzip" else raw


@st.composite
def tables(draw: st.DrawFn, separator: str, quoting: int, line_end: str, signs: str) -> list[list[str]]:
    width = draw(st.integers(2, len(NAMES)))
    breaks = ["\n", "\r\n", "\r"] if quoting == csv.QUOTE_ALL else [line_end]
    flat = st.text(f'{signs}{separator}";,|\t', max_size=8)
    # a line of a cell that looks like a row may be one that a stray quote swallowed: see the damaged files
    tall = st.lists(st.text(signs + '"', max_size=4), min_size=2, max_size=4).map(
        draw(st.sampled_from(breaks)).join
    )
    rows = draw(st.lists(st.lists(flat | tall, min_size=width - 1, max_size=width - 1), max_size=20))
    last = len(rows) - 1
    return [[f"r{at}", *(cell + "." * (at == last) for cell in row)] for at, row in enumerate(rows)]


@st.composite
def files(draw: st.DrawFn) -> Written:
    separator, line_end = draw(st.sampled_from(",;\t|")), draw(st.sampled_from(["\n", "\r\n", "\r"]))
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252"]))
    signs = "ab Z09.-é€'" if encoding == "cp1252" else PLAIN
    rows = draw(tables(separator, quoting, line_end, signs))
    header = list(NAMES[: len(rows[0]) if rows else draw(st.integers(2, len(NAMES)))])
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=separator, quoting=quoting, lineterminator=line_end)
    lines = []
    for row in [header, *rows]:
        lines.append(1 + len(LINE_END.findall(buffer.getvalue())))
        writer.writerow(row)
    text = buffer.getvalue()
    if draw(st.booleans()):
        text = text.removesuffix(line_end)
    told = encoding if encoding == "cp1252" else None
    packed = draw(st.sampled_from(["", "gzip", "zip"]))
    chunk, block = draw(st.integers(1, 30)), draw(st.integers(16, 300))
    return Written(separator, line_end, encoding, told, packed, chunk, block, text, [header, *rows], lines)


@given(files())
def test_every_cell_comes_back_with_its_row_and_its_line(written: Written) -> None:
    told = {"encoding": written.told} if written.told else {}
    with tempfile.TemporaryDirectory() as folder, small_blocks(written.block_bytes):
        read = read_bytes(Path(folder), written.content, written.chunk_rows, **told)

    header, *rows = written.rows
    assert read.damaged == []
    assert list(read.layout.names) == header
    assert read.cells == rows
    assert read.rows == list(range(1, len(rows) + 1))
    assert read.lines == written.lines[1:]
    assert read.layout.separator == written.separator
    assert all(len(table.cells) <= written.chunk_rows for table in read.tables)
    assert [table.cells.shape[0] for table in read.tables[:-1]] == [written.chunk_rows] * (
        len(read.tables) - 1
    )


@given(st.lists(st.lists(st.text('a1,"\n', max_size=9), min_size=3, max_size=3), max_size=12), st.booleans())
def test_a_cell_of_many_lines_is_exact_or_said_to_be_doubtful(
    cells: list[list[str]], is_quoted: bool
) -> None:
    rows = [[f"r{at}", *row, "."] for at, row in enumerate(cells)]
    buffer = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if is_quoted else csv.QUOTE_MINIMAL
    csv.writer(buffer, quoting=quoting, lineterminator="\n").writerows([NAMES, *rows])
    with tempfile.TemporaryDirectory() as folder:
        read = read_bytes(Path(folder), buffer.getvalue())

    assert read.cells == rows or "swallowed_lines" in read.codes(Level.STOP)
