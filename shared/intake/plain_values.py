"""Typed values of other kinds of files as the text that people would write."""

from datetime import date, datetime, time
from decimal import Decimal

EXACT_DIGITS = 15
"""Of a number in a spreadsheet; what stands behind them is noise of its binary form."""


def plain_float(text: str) -> str:
    """Write a small number that has an exponent without one; a large one has lost digits, and keeps it."""
    return format(Decimal(text), "f") if "e-" in text.lower() else text


def plain_value(value: object) -> str:
    """Write a cell of a spreadsheet: ISO dates and times, numbers with all their digits.

    A sheet knows no days without hours: midnight is written as the day alone, beside which hours may stand.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return plain_float(f"{value:.{EXACT_DIGITS}g}")
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return str(value)
