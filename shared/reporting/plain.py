"""Values as JSON can hold them."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from math import isfinite
from typing import Any

import numpy as np


def to_plain(value: Any) -> Any:
    """Return dataclasses, arrays, times and mappings as dicts, lists, strings and numbers.

    What is not a finite number becomes None: JSON knows no NaN. Times become ISO 8601.
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(to_plain(key)): to_plain(inner) for key, inner in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return to_plain(value.tolist())
    if isinstance(value, list | tuple | set | frozenset):
        return [to_plain(inner) for inner in value]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return None if isinstance(value, float) and not isfinite(value) else value


def as_json(value: Any) -> str:
    """Return a value as JSON, the same one for the same value."""
    return json.dumps(to_plain(value), ensure_ascii=False, allow_nan=False, indent=1) + "\n"
