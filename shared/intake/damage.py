"""What is wrong with the rows of a sample, as findings."""

import re
from collections.abc import Sequence

from shared.intake.findings import Finding, Level
from shared.intake.layout import Layout
from shared.intake.table import DamagedRow, Table

_SHOWN = 60
_DECIMAL_COMMA = re.compile(rb"[0-9],[0-9]{1,2}(?:,|$)")


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


def place(row: DamagedRow) -> str:
    """Name a damaged row as all messages do: by its line, with the reason and its beginning."""
    text = row.raw.decode(errors="replace")
    shown = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return f"line {row.line}: {row.reason}: {shown!r}"


def _described(code: str, layout: Layout, rows: Sequence[DamagedRow], total: int) -> Finding:
    match code:
        case "footer":
            return _footer(rows)
        case "swallowed_lines":
            return _swallowed(rows, total)
        case _:
            return _damaged(layout, rows, total)


def _damaged(layout: Layout, rows: Sequence[DamagedRow], total: int) -> Finding:
    message = (
        f"{len(rows):,} of {_counted(total, 'row')} cannot be cut into the {len(layout.names)} columns "
        f"of line {layout.header_line}, the first in line {rows[0].line}"
    )
    return _stop("damaged_rows", message, _mend(layout, rows), rows)


def _mend(layout: Layout, rows: Sequence[DamagedRow]) -> str:
    wider = [row for row in rows if _DECIMAL_COMMA.search(row.raw)]
    if layout.separator == "," and 2 * len(wider) > len(rows) and "cells" in rows[0].reason:
        return (
            "amounts as 12,50 stand without quotes in a file separated by commas: "
            "export it separated by semicolons, or with quotes around such cells"
        )
    if any("byte 0x" in row.reason for row in rows):
        return f"if the file is no {layout.encoding} text, name its encoding: --encoding cp1252"
    return "correct these lines, or export the file again with quotes around cells that hold the separator"


def _swallowed(rows: Sequence[DamagedRow], total: int) -> Finding:
    message = (
        f"{_counted(len(rows), 'row')} of {total:,} open a quote that is closed lines later or never; "
        f"the rows in between are read as rows, the first damaged one is in line {rows[0].line}"
    )
    mend = "remove that quote, or double it and put quotes around the whole cell"
    return _stop("swallowed_lines", message, mend, rows)


def _footer(rows: Sequence[DamagedRow]) -> Finding:
    verb = "looks like a footer and is" if len(rows) == 1 else "look like footers and are"
    message = f"line {rows[0].line}, at the end of the file, {verb} not read as a row"
    return Finding(Level.WARN, "footer", message, examples=tuple(place(row) for row in rows[:3]))


def _stop(code: str, message: str, mend: str, rows: Sequence[DamagedRow]) -> Finding:
    examples = tuple(place(row) for row in rows[:3])
    return Finding(Level.STOP, code, message, mend, examples, is_acceptable=True)


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
