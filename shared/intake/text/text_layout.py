"""How a separated text is written: its separator, its header and what its rows look like."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.errors import InvalidConfig
from shared.intake.findings import Finding, Level
from shared.intake.source import can_separate
from shared.intake.text.cutting import Cutter
from shared.intake.text.header import Header, find_header, usual_width
from shared.intake.text.sampling import Sample, cut_sample
from shared.intake.text.shape import RowShape, learnt_shape
from shared.intake.text.text_lines import TextLines, split_lines

SEPARATORS = (",", ";", "\t", "|")
_RULE = re.compile(r"[-=+:|,;\t ]*--[-=+:|,;\t ]*")
_SEP_LINE = re.compile(rb'(?:\xef\xbb\xbf)?"?sep=(.)"?\s*', re.IGNORECASE)


@dataclass(frozen=True)
class TextForm:
    """All that reading the rows of a text needs.

    header : the cells of the header as they stand; header_text : its line.
    offset : bytes of UTF-8 text before the first row. line : in which the rows begin, from 1.
    """

    header: tuple[str, ...]
    header_text: bytes
    cutter: Cutter
    shape: RowShape
    offset: int
    line: int


@dataclass(frozen=True)
class TextLayout:
    """What was found in the first lines of a text."""

    form: TextForm
    names: tuple[str, ...]
    header_line: int
    findings: tuple[Finding, ...]


def find_text_layout(
    path: Path, text: bytes, separator: str | None, limit: int, *, final: bool
) -> TextLayout:
    """Look at the first lines of a text, in UTF-8 without a byte order mark.

    Raises
    ------
    InvalidConfig : there is no line in it.
    """
    lines = split_lines(text, final=final)
    told = _told_separator(lines)
    first = 1 if told else 0
    separators = _candidates(text, separator, told)
    cuts = [(Cutter(sign), cut_sample(lines, Cutter(sign), first, limit)) for sign in separators]
    cutter, sample = max(cuts, key=lambda cut: _fitness(cut[1]))
    if not sample.rows:
        msg = f"{path} has blank lines only; a header with names of columns is needed, and rows below it"
        raise InvalidConfig(msg)
    cutter, sample, findings = _with_escapes(lines, cutter, sample, first, limit)
    header = find_header(sample.rows)
    if told:
        findings.append(
            Finding(Level.NOTE, "title_lines", f"line 1 tells the separator, {cutter.separator!r}")
        )
    findings += _one_column(header, sample)
    return _layout(lines, cutter, sample, header, findings)


def _told_separator(lines: TextLines) -> str | None:
    """Read the first line as spreadsheets do: `sep=;`."""
    line = _SEP_LINE.fullmatch(lines.content(0)) if len(lines) else None
    sign = line[1].decode(errors="replace") if line else ""
    return sign if can_separate(sign) else None


def _candidates(text: bytes, separator: str | None, told: str | None) -> Sequence[str]:
    if separator or told:
        return [separator or told or ","]
    return [sign for sign in SEPARATORS if sign.encode() in text] or [","]


def _fitness(sample: Sample) -> tuple[int, float, int]:
    """Say how well a separator fits: a header with names, rows of one width, many columns."""
    width = usual_width(sample.rows)
    header = find_header(sample.rows)
    regular = sum(len(row.cells) == width for row in sample.rows) / max(
        len(sample.rows) + sample.malformed, 1
    )
    columns = len(header.names)
    is_table = 2 if header.index >= 0 and columns > 1 else int(width > 1)
    return is_table, round(regular, 1), columns


def _with_escapes(
    lines: TextLines, cutter: Cutter, sample: Sample, first: int, limit: int
) -> tuple[Cutter, Sample, list[Finding]]:
    """Read backslashes as databases write them, where nearly all malformed lines are well-formed then."""
    if sample.malformed and b'\\"' in lines.text:
        escaping = Cutter(cutter.separator, escape=True)
        other = cut_sample(lines, escaping, first, limit)
        if other.malformed <= 0.1 * sample.malformed:
            message = 'quotes inside of cells are written \\" as databases do; read so, and \\N as empty'
            return escaping, other, [Finding(Level.NOTE, "escaped_quotes", message)]
    return cutter, sample, []


def _one_column(header: Header, sample: Sample) -> list[Finding]:
    """Warn of rows in one cell, which are seldom meant: another separator, or quotes around whole rows."""
    if len(header.names) > 1:
        return []
    shown = sample.rows[max(header.index, 0)]
    message = f"every row is one cell; line {shown.line}: {shown.shown!r}"
    other = next((sign for sign in SEPARATORS if sign in shown.shown), None)
    mend = (
        "if another sign separates the cells, add --separator; if quotes stand around whole rows, remove them"
    )
    if other:
        mend = (
            f"{other!r} seems to separate cells: add --separator {other!r}; remove quotes around whole rows"
        )
    return [Finding(Level.WARN, "one_column", message, mend)]


def _layout(
    lines: TextLines, cutter: Cutter, sample: Sample, header: Header, findings: list[Finding]
) -> TextLayout:
    index = header.index
    start, end = sample.spans[index] if index >= 0 else (-1, sample.spans[0][0] - 1)
    if (
        index >= 0
        and end + 1 < len(lines)
        and _RULE.fullmatch(lines.content(end + 1).decode(errors="replace"))
    ):
        end += 1
        findings.append(Finding(Level.NOTE, "title_lines", f"line {end + 1} is a rule of dashes; left out"))
    shape = learnt_shape(
        cutter.separator,
        len(header.names),
        header.empty_at_end,
        [row.cells for row in sample.rows[index + 1 :]],
    )
    form = TextForm(
        header=tuple(sample.rows[index].cells) if index >= 0 else (),
        header_text=lines.whole(start, end) if index >= 0 else b"",
        cutter=cutter,
        shape=shape,
        offset=int(lines.nexts[end]) if end >= 0 else 0,
        line=end + 2,
    )
    return TextLayout(form, header.names, start + 1, (*findings, *header.findings))
