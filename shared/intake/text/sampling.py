"""The first rows of a text, cut before anything is known of its columns."""

from dataclasses import dataclass

from shared.intake.text.cutting import Cutter, Malformed, Unclosed
from shared.intake.text.header import SampleRow
from shared.intake.text.text_lines import TextLines

_MAX_LINES = 50
"""Of a row in the sample; a quote that is open for longer is passed over here."""


@dataclass(frozen=True)
class Sample:
    """Rows as they were cut, and the lines (from 0) in which they begin and end.

    malformed : lines that cannot be cut.
    """

    rows: list[SampleRow]
    spans: list[tuple[int, int]]
    malformed: int


def cut_sample(lines: TextLines, cutter: Cutter, first: int, limit: int) -> Sample:
    """Cut at most `limit` rows from the line `first` on; blank lines are left out."""
    sample = Sample([], [], 0)
    line, malformed = first, 0
    while line < len(lines) and len(sample.rows) < limit:
        text = lines.content(line).decode(errors="replace")
        if text.strip(f'{cutter.separator}" \t\x1a\ufeff'):
            cut = _cut(lines, cutter, line)
            malformed += cut is None
            if cut is not None:
                sample.rows.append(SampleRow(line + 1, cut[0]))
                sample.spans.append((line, cut[1]))
                line = cut[1]
        line += 1
    return Sample(sample.rows, sample.spans, malformed)


def _cut(lines: TextLines, cutter: Cutter, first: int) -> tuple[list[str], int] | None:
    for last in range(first, min(first + _MAX_LINES, len(lines))):
        try:
            return cutter.cut(lines.whole(first, last).decode(errors="replace")), last
        except Unclosed:
            continue
        except Malformed:
            return None
    return None
