"""Values as a reader sees them."""

import re
from datetime import datetime
from html import escape
from math import isfinite
from typing import Any

from markupsafe import Markup

from shared.reporting.blocks import TableColumn

DASH = "\N{EN DASH}"
_DATES = re.compile(r"\b\d{4}-\d{2}(?:-\d{2})?\b")
_MARKS = re.compile(r"`([^`\n]+)`|\*\*([^*\n]+)\*\*")


def cell(value: Any, column: TableColumn) -> str:
    """Return a value of a table in words."""
    if value is None or (isinstance(value, float) and not isfinite(value)):
        return DASH
    if column.kind == "verdict":
        return "✓ passed" if value else "✗ failed"
    if column.kind == "share":
        return f"{value:.{column.digits}%}"
    if column.kind == "number":
        return _number(value, column.digits)
    return moment(value) if isinstance(value, datetime) else str(value)


def _number(value: float, digits: int | None) -> str:
    if digits is None:
        digits = 0 if value == int(value) else 4
    return f"{value:z,.{digits}f}".replace("-", "\N{MINUS SIGN}")


def moment(value: datetime) -> str:
    """Return an aware time to the minute, in its own zone."""
    return f"{value:%Y-%m-%d %H:%M} {value.tzname() or ''}".rstrip()


def dates_whole(text: str) -> Markup:
    """Return plain text as HTML whose dates a narrow place does not break at their hyphens."""
    whole = _DATES.sub(r'<span class="whole">\g<0></span>', escape(text, quote=False))
    return Markup(whole)  # noqa: S704 - escaped just here


def for_plotly(text: str) -> str:
    """Return a text that plotly shows as it is: its labels are a small HTML, and names are data."""
    return escape(text, quote=False)


def marked_up(text: str) -> Markup:
    """Return plain text with `code` and **strong** as HTML; everything else is escaped."""
    return Markup(_MARKS.sub(_mark, escape(text, quote=False)))  # noqa: S704 - escaped just here


def paragraphs(text: str) -> list[str]:
    """Split a text at its blank lines."""
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]


def slug(text: str, taken: set[str]) -> str:
    """Return an anchor for a heading, unlike those taken, and take it."""
    stem = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "section"
    name, n = stem, 2
    while name in taken:
        name, n = f"{stem}-{n}", n + 1
    taken.add(name)
    return name


def _mark(found: re.Match[str]) -> str:
    code, strong = found.groups()
    return f"<code>{code}</code>" if code else f"<strong>{strong}</strong>"
