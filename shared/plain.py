"""Values as JSON can hold them, and moments as text: the same for files, answers, logs and messages."""

import base64
import json
from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from math import isfinite
from typing import Any


def iso(moment: datetime) -> str:
    """Write a moment as ISO-8601 in UTC with milliseconds; the driver's naive datetimes are UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def to_json(value: object, *, indent: int | None = 2) -> str:
    """Write a value as one JSON document, the same one for the same value."""
    return json.dumps(to_plain(value), ensure_ascii=False, allow_nan=False, indent=indent)


def to_plain(value: object, *, digits: int | None = None) -> Any:
    """Return dataclasses, mappings, arrays and their leaves as dicts, lists, strings and numbers.

    Moments become ISO-8601 in UTC, sets sorted lists, bytes base64, and what else JSON does not know its
    text. What is not a finite number becomes None. digits : of numbers, behind the point; None keeps all.
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name), digits=digits) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(to_plain(key)): to_plain(inner, digits=digits) for key, inner in value.items()}
    if isinstance(value, Set):
        return sorted((to_plain(inner, digits=digits) for inner in value), key=str)
    if isinstance(value, list | tuple):
        return [to_plain(inner, digits=digits) for inner in value]
    numbers = getattr(value, "tolist", None)  # numpy's, which this need not import
    return _leaf(value, digits) if numbers is None else to_plain(numbers(), digits=digits)


def _leaf(value: object, digits: int | None) -> Any:
    if isinstance(value, float):
        return _number(value, digits)
    if isinstance(value, Enum):
        return value.value
    return value if value is None or isinstance(value, int | str) else _text(value)


def _number(value: float, digits: int | None) -> float | None:
    if not isfinite(value):
        return None
    return value if digits is None else round(value, digits)


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)
