"""What a benchmark says: rows with a target and whether it was met, as a table, CSV or JSON."""

import csv
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from shared.plain import to_json

COLUMNS = ("section", "data", "contender", "case", "measure", "value", "target", "met", "note")
_WIDEST = 46


@dataclass(frozen=True)
class Bound:
    """A bound: the value should be at most, or at least, this."""

    sign: Literal["<=", ">=", "<"]
    bound: float

    def is_met(self, value: float) -> bool:
        """Whether `value` keeps the bound; a value that could not be measured never does."""
        if not math.isfinite(value):
            return False
        return {"<=": value <= self.bound, ">=": value >= self.bound, "<": value < self.bound}[self.sign]

    def __str__(self) -> str:
        return f"{self.sign} {self.bound:g}"


@dataclass(frozen=True)
class Row:
    """One measured figure. case : what was varied. note : what was left out, capped or scaled."""

    section: str
    data: str
    contender: str
    case: str
    measure: str
    value: float
    target: Bound | None = None
    note: str = ""

    @property
    def met(self) -> str:
        """Return "yes" or "no", or nothing where there is no target."""
        if self.target is None:
            return ""
        return "yes" if self.target.is_met(self.value) else "no"

    def cells(self) -> dict[str, Any]:
        """Return the row by `COLUMNS`; the value in full precision."""
        return {**asdict(self), "target": str(self.target or ""), "met": self.met}


def table(rows: Sequence[Row]) -> str:
    """Return the rows as aligned text; a section's name stands above its rows."""
    shown = [[_short(row, name) for name in COLUMNS[1:]] for row in rows]
    widths = [max(map(len, column)) for column in zip(COLUMNS[1:], *shown, strict=True)]
    lines = [_line(list(COLUMNS[1:]), widths)]
    section = ""
    for row, cells in zip(rows, shown, strict=True):
        if row.section != section:
            section = row.section
            lines += ["", f"== {section}"]
        lines.append(_line(cells, widths))
    return "\n".join(lines)


def verdict(rows: Sequence[Row]) -> str:
    """Return how many targets were met, and which were not."""
    judged = [row for row in rows if row.target is not None]
    missed = [row for row in judged if row.met == "no"]
    lines = [f"targets met: {len(judged) - len(missed)} of {len(judged)}"]
    lines += [f"  missed: {r.data}, {r.case}: {r.measure} {r.value:.4g}, target {r.target}" for r in missed]
    return "\n".join(lines)


def write_csv(rows: Sequence[Row], path: Path) -> None:
    """Keep the rows, one line each under a header."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(row.cells() for row in rows)


def as_json(rows: Sequence[Row], about: dict[str, Any]) -> str:
    """Return the rows, how many met their targets and what is known about the run as one document."""
    return to_json({"about": about, "summary": _summary(rows), "rows": [row.cells() for row in rows]})


def _summary(rows: Sequence[Row]) -> dict[str, Any]:
    judged = [row for row in rows if row.target is not None]
    missed = [f"{row.data}, {row.case}: {row.measure}" for row in judged if row.met == "no"]
    return {"targets": len(judged), "targets_met": len(judged) - len(missed), "missed": missed}


def _short(row: Row, name: str) -> str:
    value = row.cells()[name]
    return f"{value:.4g}" if name == "value" else str(value)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    *padded, last = zip(cells, widths, strict=True)
    return "  ".join([f"{cell:<{min(width, _WIDEST)}}" for cell, width in padded] + [last[0]]).rstrip()
