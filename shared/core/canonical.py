"""One text for one value, so that equal documents have equal digests wherever they were kept.

A database may return a key in another order, an int as a wider int, a datetime in another zone
and cut to milliseconds; none of that changes the text.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_milliseconds(moment: datetime) -> int:
    """Whole milliseconds from the epoch to an aware datetime, rounded down."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def digest(document: Mapping[str, Any]) -> str:
    """SHA-256 of a document of strings, numbers, bytes, datetimes, lists and mappings, in hexadecimal."""
    return sha256(json.dumps(_plain(document), sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _plain(value: Any) -> Any:
    match value:
        case Mapping():
            return {key: _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case bytes():
            return {"bytes": value.hex()}
        case datetime():
            return {"ms": to_milliseconds(value)}
        case float():
            return {"float": value.hex()}
        case _:
            return value
