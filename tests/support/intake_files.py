"""Files written for a test, and what the intake makes of them."""

import gzip
import io
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from shared.intake.damage import row_findings
from shared.intake.findings import Finding, Level
from shared.intake.layout import Layout, find_layout
from shared.intake.reading import CHUNK_ROWS, tables
from shared.intake.source import Source
from shared.intake.table import DamagedRow, Table
from shared.intake.text import text_source


@dataclass(frozen=True)
class Read:
    """A file read to its end."""

    layout: Layout
    tables: list[Table]

    @property
    def cells(self) -> list[list[str]]:
        return [row for table in self.tables for row in table.cells.to_numpy(object).tolist()]

    @property
    def rows(self) -> list[int]:
        return [int(row) for table in self.tables for row in table.rows]

    @property
    def lines(self) -> list[int]:
        return [int(line) for table in self.tables for line in table.lines]

    @property
    def damaged(self) -> list[DamagedRow]:
        return [row for table in self.tables for row in table.damaged]

    @property
    def blank_lines(self) -> int:
        return sum(table.blank_lines for table in self.tables)

    @property
    def findings(self) -> list[Finding]:
        return [*self.layout.findings, *row_findings(self.layout, self.tables)]

    def finding(self, code: str) -> Finding:
        return next(finding for finding in self.findings if finding.code == code)

    def codes(self, level: Level) -> set[str]:
        return {finding.code for finding in self.findings if finding.level is level}


def read_file(path: Path, rows: int = CHUNK_ROWS, **told: str) -> Read:
    source = Source(path, **told)
    layout = find_layout(source)
    return Read(layout, list(tables(source, layout, rows)))


def read_bytes(folder: Path, content: bytes | str, rows: int = CHUNK_ROWS, **told: str) -> Read:
    path = folder / "orders"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_file(path, rows, **told)


def read_behind_the_sample(folder: Path, looked_at: bytes, content: bytes, rows: int, **told: str) -> Read:
    """Read a file whose damage begins where nobody looked: the look sees other bytes."""
    path = folder / "orders"
    path.write_bytes(looked_at)
    source = Source(path, **told)
    layout = find_layout(source)
    path.write_bytes(content)
    return Read(layout, list(tables(source, layout, rows)))


@contextmanager
def small_blocks(size: int) -> Iterator[None]:
    """Read texts in blocks of so many bytes, so that small files have many."""
    with patch.object(text_source, "HEAD_BYTES", size), patch.object(text_source, "BLOCK_BYTES", size):
        yield


def zipped(members: Iterable[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def gzipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)
