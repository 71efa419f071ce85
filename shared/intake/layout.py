"""How a file is written, found by looking at its beginning."""

from dataclasses import dataclass

from shared.errors import InvalidConfig
from shared.intake.findings import Finding
from shared.intake.json.json_layout import JsonForm, find_json_layout, is_json
from shared.intake.kinds import GZIP, PARQUET, ZIP, refuse_binary, refuse_others
from shared.intake.opening import HEAD_BYTES, opened
from shared.intake.parquet_rows import ParquetForm, find_parquet_layout
from shared.intake.source import Source
from shared.intake.spreadsheet import SheetForm, find_sheet_layout
from shared.intake.text.text_layout import TextForm, find_text_layout
from shared.intake.text.text_source import Text, check_text, first_lines, opened_text

SAMPLE_ROWS = 20_000
SAMPLE_BYTES = 1 << 22
"""Of text; holds `SAMPLE_ROWS` rows of 200 bytes. Longer rows are judged by fewer."""


@dataclass(frozen=True)
class Layout:
    """How a file is written.

    Parameters
    ----------
    kind : "CSV", "Excel", "Parquet", "JSON lines" or "JSON array".
    packed : "gzip", "zip (orders.csv)" or None.
    encoding : of text kinds, as Python calls it. separator : of CSV.
    names : of the columns, no two alike.
    header_line : from 1; 0 where there is none. Lines before it are titles or `sep=`.
    findings : of the kind, the encoding and the header; nothing of rows.
    form : what reading the rows needs, by kind.
    """

    kind: str
    packed: str | None
    encoding: str | None
    separator: str | None
    names: tuple[str, ...]
    header_line: int
    findings: tuple[Finding, ...]
    form: TextForm | JsonForm | SheetForm | ParquetForm


def find_layout(source: Source) -> Layout:
    """Look at the beginning of a file.

    Raises
    ------
    InvalidConfig : nothing can be read at all: it is missing, empty, damaged, of a kind that is none of
        ours, an archive of several files, or no text in its encoding.
    """
    path = source.path
    with opened(path) as file:
        packed, head = file.packed, file.file.read(HEAD_BYTES)
    if not head:
        msg = f"{path} is empty; a header with the names of the columns is needed, and rows below it"
        raise InvalidConfig(msg)
    if packed and head.startswith((GZIP, ZIP, PARQUET)):
        msg = f"{path} is {packed}, and what is in it is no text; unpack it first"
        raise InvalidConfig(msg)
    if head.startswith(PARQUET):
        table = find_parquet_layout(path)
        return Layout("Parquet", None, None, None, table.names, 0, table.findings, table.form)
    if head.startswith(ZIP):
        sheet = find_sheet_layout(path, SAMPLE_ROWS)
        return Layout("Excel", None, None, None, sheet.names, sheet.header_line, sheet.findings, sheet.form)
    refuse_others(path, head)
    with opened_text(source) as text:
        return _text_layout(source, text)


def _text_layout(source: Source, text: Text) -> Layout:
    sample, final = first_lines(text, SAMPLE_BYTES)
    refuse_binary(source.path, sample[: 1 << 16])
    check_text(source, text, sample)
    words = sample.decode()
    if source.separator is None and is_json(words):
        found = find_json_layout(source.path, words, SAMPLE_ROWS)
        kind = "JSON lines" if found.form.start is None else "JSON array"
        return Layout(kind, text.packed, text.codec, None, found.names, 0, found.findings, found.form)
    table = find_text_layout(source.path, sample, source.separator, SAMPLE_ROWS, final=final)
    sign = table.form.cutter.separator
    return Layout(
        "CSV", text.packed, text.codec, sign, table.names, table.header_line, table.findings, table.form
    )
