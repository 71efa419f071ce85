"""How a file is written, found by looking at its beginning."""

from dataclasses import dataclass

from shared.errors import InvalidConfig
from shared.intake.findings import Finding
from shared.intake.kinds import GZIP, PARQUET, ZIP, refuse_binary, refuse_others
from shared.intake.opening import HEAD_BYTES, opened
from shared.intake.source import Source
from shared.intake.text_layout import TextForm, find_text_layout
from shared.intake.text_source import check_text, first_lines, opened_text

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
    form: TextForm


def find_layout(source: Source) -> Layout:
    """Look at the beginning of a file.

    Raises
    ------
    InvalidConfig : nothing can be read at all: it is missing, empty, damaged, of a kind that is none of
        ours, an archive of several files, or no text in its encoding.
    """
    _check_kind(source)
    with opened_text(source) as text:
        sample, final = first_lines(text, SAMPLE_BYTES)
        refuse_binary(source.path, sample[: 1 << 16])
        check_text(source, text, sample)
        found = find_text_layout(source.path, sample, source.separator, SAMPLE_ROWS, final=final)
        return Layout(
            kind="CSV",
            packed=text.packed,
            encoding=text.codec,
            separator=found.form.cutter.separator,
            names=found.names,
            header_line=found.header_line,
            findings=found.findings,
            form=found.form,
        )


def _check_kind(source: Source) -> None:
    with opened(source.path) as file:
        head = file.file.read(HEAD_BYTES)
        if file.packed and head.startswith((GZIP, ZIP, PARQUET)):
            msg = f"{source.path} is {file.packed}, and what is in it is no text; unpack it first"
            raise InvalidConfig(msg)
    if not head:
        msg = f"{source.path} is empty; a header line with the names of the columns is needed, and rows below it"
        raise InvalidConfig(msg)
    refuse_others(source.path, head)
