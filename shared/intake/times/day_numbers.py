"""Times that are numbers: since 1970 in some unit, or Excel's days."""

import re
from collections.abc import Sequence

import numpy as np

from shared.intake.times.clock_readings import Readings
from shared.intake.times.zones import DAY_MS

EXCEL = "excel-days"
UNITS = {
    "epoch-seconds": (8, 11),
    "epoch-milliseconds": (11, 14),
    "epoch-microseconds": (14, 17),
    "epoch-nanoseconds": (17, 20),
}
"""Name -> powers of ten between which the largest number of a file lies: years from 1973 to 5138, those that
nanoseconds cannot reach left out."""

WORDS = {
    "epoch-seconds": "seconds since 1970 in UTC",
    "epoch-milliseconds": "milliseconds since 1970 in UTC",
    "epoch-microseconds": "microseconds since 1970 in UTC",
    "epoch-nanoseconds": "nanoseconds since 1970 in UTC",
    EXCEL: "Excel's day numbers",
}

_PER_SECOND = {name: 1000**power for power, name in enumerate(UNITS)}
_NUMBER = re.compile(r"(?P<sign>[-+]?)(?P<whole>[0-9]{1,20})(?:[.,](?P<part>[0-9]*))?")
_EXCEL_EPOCH_MS = int(np.datetime64("1899-12-30", "ms").astype(np.int64))
_EXCEL_DAYS = (10_000, 100_000)  # 1927 to 2173
_LAST_EXCEL_DAY = 2_958_466
_LARGEST_MS = 1 << 48


def is_number(text: str) -> bool:
    """Whether a text is a plain number."""
    return _NUMBER.fullmatch(text) is not None


def unit_of(texts: Sequence[str]) -> str | None:
    """Find what numbers count, by the largest of them all."""
    numbers = [found for text in texts if (found := _NUMBER.fullmatch(text))]
    largest = max((int(found["whole"]) for found in numbers), default=0)
    for name, (low, high) in UNITS.items():
        if 10**low <= largest < 10**high:
            return name
    smallest = min((int(found["whole"]) for found in numbers), default=0)
    is_positive = all(found["sign"] != "-" for found in numbers)
    return EXCEL if is_positive and _EXCEL_DAYS[0] <= smallest and largest < _EXCEL_DAYS[1] else None


def read_all(texts: Sequence[str], unit: str) -> Readings:
    """Read numbers; those since 1970 have offset 0, Excel's days are what clocks showed."""
    read = [_excel_ms(text) if unit == EXCEL else _epoch_ms(text, _PER_SECOND[unit]) for text in texts]
    is_read = np.array([ms is not None for ms in read], dtype=bool)
    has_offset = is_read & (unit != EXCEL)
    local = np.array([ms or 0 for ms in read], dtype=np.int64)
    return Readings(local, is_read, has_offset, np.zeros(len(read), dtype=np.int64))


def _epoch_ms(text: str, per_second: int) -> int | None:
    """Count in whole numbers: a float of this size has lost its microseconds."""
    found = _NUMBER.fullmatch(text)
    if not found:
        return None
    part = (found["part"] or "")[:9]
    scale: int = 10 ** len(part)
    number = int(found["whole"]) * scale + int(part or 0)
    ms = (-number if found["sign"] == "-" else number) * 1000 // (per_second * scale)
    return ms if abs(ms) < _LARGEST_MS else None


def _excel_ms(text: str) -> int | None:
    """Days since 1899-12-30, right from March 1900 on, to the nearest ms."""
    found = _NUMBER.fullmatch(text)
    if not found or found["sign"] == "-" or not 61 <= int(found["whole"]) < _LAST_EXCEL_DAY:
        return None
    part = found["part"] or "0"
    return _EXCEL_EPOCH_MS + int(found["whole"]) * DAY_MS + round(float(f"0.{part}") * DAY_MS)
