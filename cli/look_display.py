"""Show what was understood of a file and what was found in it: as text for people, or as JSON."""

import shutil
import textwrap
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from cli.output import is_plain, printable
from shared.intake.findings import Finding, Level

if TYPE_CHECKING:
    from streaming.replay import Look

_COLOURS = {Level.STOP: "1;31", Level.WARN: "33", Level.NOTE: "2"}
_WIDEST = 100


def print_look(look: "Look", accepted: Collection[str] = ()) -> None:
    """Show a look at a file of transactions."""
    columns = [
        (one.field, one.column, f"{one.example} -> {one.sent}" if one.sent else one.example)
        for one in look.columns
    ]
    print_understood(look.rows, columns, title=look.source.path.name)
    print_findings(look.findings, accepted)


def print_understood(
    rows: Sequence[tuple[str, str]], columns: Sequence[tuple[str, str, str]] = (), *, title: str = ""
) -> None:
    """Show what was understood of a file.

    Parameters
    ----------
    rows : what, and what it was found to be.
    columns : what each column means, its name, an example.
    """
    width = max((len(what) for what, *_ in [*rows, *columns]), default=0)
    print(_styled(printable(title), "1"))
    for what, value in rows:
        _print_hanging(f"  {what.ljust(width)}  ", printable(value))
    if columns:
        print()
        _print_columns(columns, width)


def print_findings(findings: Sequence[Finding], accepted: Collection[str] = ()) -> None:
    """Show what a person should know, the worst first, with the flag that mends it."""
    for finding in findings:
        print()
        is_waived = finding.is_acceptable and finding.code in accepted
        label = "accepted" if is_waived else finding.level.value
        head = f"{label:<4}  "
        _print_hanging(head, f"{printable(finding.message)} [{finding.code}]", colour=_COLOURS[finding.level])
        indent = " " * len(head)
        if finding.examples:
            _print_hanging(indent, printable("; ".join(finding.examples)))
        if finding.mend and not is_waived:
            label = "change it" if finding.level is Level.NOTE else "mend it"
            _print_hanging(f"{indent}{label}: ", printable(finding.mend))
        if finding.is_acceptable and not is_waived:
            _print_hanging(indent, f"go on all the same: --accept {finding.code}")


def look_as_json(look: "Look") -> dict[str, Any]:
    """Return the same as one document."""
    return {
        "file": str(look.source.path),
        "understood": {row.what: row.value for row in look.rows},
        "columns": [vars(column) for column in look.columns],
        "findings": findings_as_json(look.findings),
    }


def findings_as_json(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Return findings as plain values."""
    return [{**vars(finding), "level": finding.level.value} for finding in findings]


def _print_columns(columns: Sequence[tuple[str, str, str]], width: int) -> None:
    names = min(max((len(name) for _, name, example in columns if example), default=0), 24)
    for what, name, example in columns:
        head = f"  {what.ljust(width)}  "
        if example:
            _print_hanging(f"{head}{printable(name).ljust(names)}  ", printable(example))
        else:
            _print_hanging(head, printable(name))


def _print_hanging(head: str, text: str, *, colour: str = "") -> None:
    """Print text behind a head, further lines below the text."""
    width = max(min(shutil.get_terminal_size().columns, _WIDEST) - len(head), 30)
    lines = textwrap.wrap(text, width, break_on_hyphens=False) or [""]
    print((_styled(head, colour) if colour else head) + lines[0])
    for line in lines[1:]:
        print(" " * len(head) + line)


def _styled(text: str, code: str) -> str:
    return text if is_plain() else f"\033[{code}m{text}\033[0m"
