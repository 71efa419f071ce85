"""What is wrong with the rows of a sample, as findings."""

import re
from collections.abc import Sequence

from shared.intake.findings import Finding, Level
from shared.intake.layout import Layout
from shared.intake.table import DamagedRow, Table

_SHOWN = 60
_DECIMAL_COMMA = re.compile(r"[0-9],[0-9]{1,2}(?:,|$)")


def row_findings(layout: Layout, tables: Sequence[Table]) -> list[Finding]:
    """Say what damage there is in the rows of these tables, and how much of it."""
    damaged = [row for table in tables for row in table.damaged]
    total = len(damaged) + sum(len(table.cells) for table in tables)
    blank = sum(table.blank_lines for table in tables)
    findings = []
    of_code = {
        code: [row for row in damaged if row.code == code] for code in dict.fromkeys(r.code for r in damaged)
    }
    for code, rows in of_code.items():
        findings.append(_described(code, layout, rows, total))
    if blank:
        message = f"{_counted(blank, 'blank line')} between the rows; left out, they are no rows"
        findings.append(Finding(Level.NOTE, "blank_lines", message))
    return findings


def place(row: DamagedRow, encoding: str | None) -> str:
    """Name a damaged row as all messages do: by its line, with the reason and its beginning."""
    text = _text(row, encoding)
    shown = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return f"line {row.line}: {row.reason}: {shown!r}"


def _text(row: DamagedRow, encoding: str | None) -> str:
    return row.raw.decode(encoding or "utf-8", errors="replace")


def _described(code: str, layout: Layout, rows: Sequence[DamagedRow], total: int) -> Finding:
    match code:
        case "footer" | "repeated_header":
            return _remark(code, layout, rows)
        case "swallowed_lines":
            return _swallowed(layout, rows, total)
        case _:
            return _damaged(layout, rows, total)


def _damaged(layout: Layout, rows: Sequence[DamagedRow], total: int) -> Finding:
    columns = f"the {len(layout.names)} columns of line {layout.header_line}"
    fault = f"cannot be cut into {columns}" if layout.header_line else "cannot be read"
    message = f"{len(rows):,} of {_counted(total, 'row')} {fault}, the first in line {rows[0].line}"
    return _stop("damaged_rows", layout, message, _mend(layout, rows), rows)


def _mend(layout: Layout, rows: Sequence[DamagedRow]) -> str:
    wider = [row for row in rows if _DECIMAL_COMMA.search(_text(row, layout.encoding))]
    if layout.separator == "," and 2 * len(wider) > len(rows) and "cells" in rows[0].reason:
        return (
            "amounts as 12,50 stand without quotes in a file separated by commas: "
            "export it separated by semicolons, or with quotes around such cells"
        )
    if any("byte 0x" in row.reason for row in rows):
        return f"if the file is no {layout.encoding} text, name its encoding: --encoding cp1252"
    if layout.separator is None:
        return "correct these lines, or export the file again"
    return "correct these lines, or export the file again with quotes around cells that hold the separator"


def _swallowed(layout: Layout, rows: Sequence[DamagedRow], total: int) -> Finding:
    message = (
        f"{len(rows):,} of {_counted(total, 'row')} with a quote that is closed lines below or never, "
        f"the first in line {rows[0].line}; the lines that it would swallow are read as rows"
    )
    mend = "remove that quote, or double it and put quotes around the whole cell"
    return _stop("swallowed_lines", layout, message, mend, rows)


def _remark(code: str, layout: Layout, rows: Sequence[DamagedRow]) -> Finding:
    what = "a footer" if code == "footer" else "the header once more"
    others = f", and {_counted(len(rows) - 1, 'line')} below it" if len(rows) > 1 else ""
    message = f"line {rows[0].line} looks like {what}{others}; not read as rows"
    return Finding(Level.WARN, code, message, examples=tuple(place(row, layout.encoding) for row in rows[:3]))


def _stop(code: str, layout: Layout, message: str, mend: str, rows: Sequence[DamagedRow]) -> Finding:
    examples = tuple(place(row, layout.encoding) for row in rows[:3])
    return Finding(Level.STOP, code, message, mend, examples, is_acceptable=True)


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
