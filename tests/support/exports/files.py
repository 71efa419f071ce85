"""Tables -> the bytes of files of several kinds."""

import gzip
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from tests.support.intake_files import zipped

Cell = str | int | float | Decimal | object | None


@dataclass(frozen=True)
class Text:
    """How separated text is written. quoting : "few", "all" or "none"."""

    separator: str = ","
    quoting: str = "few"
    newline: str = "\n"
    encoding: str = "utf-8"

    def row(self, cells: Sequence[str]) -> str:
        """Write one row."""
        return self.separator.join(map(self._cell, cells))

    def _cell(self, text: str) -> str:
        is_odd = any(sign in text for sign in (self.separator, '"', "\n", "\r"))
        if self.quoting == "all" or (is_odd and self.quoting == "few"):
            return '"' + text.replace('"', '""') + '"'
        return text

    def file(self, lines: Sequence[str]) -> bytes:
        """Join lines to a file."""
        return (self.newline.join(lines) + self.newline).encode(self.encoding)


def packed(content: bytes, how: str) -> bytes:
    """Pack a file."""
    if how == "gzip":
        return gzip.compress(content, mtime=0)
    return zipped([("export/sales.csv", content)]) if how == "zip" else content


def as_json_lines(names: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """Write a record a line; a missing value is absent."""
    return "".join(json.dumps(_record(names, row), default=str) + "\n" for row in rows).encode()


def as_json_array(names: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """Write a list of records in a record."""
    records = [_record(names, row) for row in rows]
    return json.dumps({"page": 1, "orders": records}, default=str, indent=1).encode()


def _record(names: Sequence[str], row: Sequence[Cell]) -> dict[str, Cell]:
    return {
        name: float(cell) if isinstance(cell, Decimal) else cell
        for name, cell in zip(names, row, strict=True)
        if cell is not None
    }


def as_excel(names: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """Write a workbook, without the offsets that Excel does not know."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(names))
    for row in rows:
        sheet.append(
            [cell.replace(tzinfo=None) if getattr(cell, "tzinfo", None) else cell for cell in row]  # type: ignore[attr-defined]
        )
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def as_parquet(names: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """Write a Parquet file, decimals as they are."""
    columns = [pa.array([row[place] for row in rows]) for place in range(len(names))]
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns, names=list(names)), buffer)
    return buffer.getvalue()
