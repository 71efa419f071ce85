"""Scores of daily flows against their limits, drawn for a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

EIGHTHS = " ▁▂▃▄▅▆▇█"
TOP = 1.5
"""Limits that the chart is high: what is beyond counts as that, and needs no second day to be believed."""
HEIGHT = 6
LIMIT_ROW = round(HEIGHT / TOP)
"""Rows from below up to the limit."""


def ratios(rows: Sequence[Mapping[str, Any]]) -> list[float | None]:
    """Return |score| / limit of each day; None where there is no score or no limit yet."""
    return [
        None if row["value"] is None or not row["warn"] else abs(row["value"]) / row["warn"] for row in rows
    ]


def bars(values: Sequence[float | None]) -> str:
    """Draw ratios in one line: the five lowest bars are within the limit, the higher ones are over it."""
    return "".join(" " if value is None else EIGHTHS[1 + _level(value, 7)] for value in values)


def chart(values: Sequence[float | None]) -> list[str]:
    """Draw ratios in `HEIGHT` lines, the limit dotted across."""
    lines = []
    for row in range(HEIGHT - 1, -1, -1):
        empty = "┈" if row == LIMIT_ROW else " "
        cells = (_cell(value, row, empty) for value in values)
        label = "limit" if row == LIMIT_ROW else ""
        lines.append(f"{label:>6} │{''.join(cells)}")
    return lines


def _cell(value: float | None, row: int, empty: str) -> str:
    if value is None:
        return empty
    eighths = min(max(round((value / TOP * HEIGHT - row) * 8), 0), 8)
    return EIGHTHS[eighths] if eighths else empty


def _level(value: float, levels: int) -> int:
    return min(int(value / TOP * levels), levels)
