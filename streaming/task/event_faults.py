"""Why a record could not be decoded: the slow, exact second look at one broken value.

Runs only for records that the fast decoder refused. It walks the same rules in a fixed order
and names the first that is broken, so that equal input always gets an equal code.
"""

import json
import math
import re
from datetime import datetime
from typing import Any, NoReturn

from streaming.task.contract import LIMITS, MAX_ID_BYTES, Rejection, too_large

_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?", re.ASCII | re.IGNORECASE
)
_MAX_DIGITS = 4_300  # what Python turns into an integer
_ESCAPED_ASCII = re.compile(rb"\\u00[0-7]")

REQUIRED = ("event_id", "event_time", "invoice_no")
PRICED = ("quantity", "unit_price")
"""What a line must state, unless it states its `amount`."""
IDS = ("event_id", "invoice_no", "stock_code", "customer_id")
_KEYS = (*REQUIRED, *PRICED, "amount", "stock_code", "customer_id", "currency")
KEY_BYTES = {name: f'"{name}"'.encode() for name in _KEYS}
"""How the keys that state depends on are written, unless with escapes."""


class _NonFiniteError(ValueError):
    """A number that JSON does not have."""


def is_doubtful(value: bytes) -> bool:
    """Whether the fast decoder might read `value` otherwise than the rules mean it.

    It takes the last of two equal keys, skips the text of keys it does not know, and ends a time at NUL.
    """
    return not is_plain(value) or any(value.count(key) > 1 for key in KEY_BYTES.values())


def is_plain(text: bytes) -> bool:
    """Whether `text` is UTF-8, and no escape in it stands for NUL or for a letter of a key."""
    if b"\\" in text and _ESCAPED_ASCII.search(text):
        return False
    if text.isascii():
        return True
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def inspect(value: bytes | None, max_bytes: int) -> Rejection | None:
    """Name the first rule that `value` breaks, by the exact and slow way; None if it breaks none."""
    if value is None:
        return Rejection("no_value", None, "the record has no value")
    if len(value) > max_bytes:
        return Rejection("oversized", None, f"more than {max_bytes} bytes")
    body = _json_of(value)
    if isinstance(body, Rejection):
        return body
    if not isinstance(body, _Object):
        return Rejection("bad_type", None, f"should be an object, is a JSON {type(body).__name__}")
    return _broken_rule(body)


def _json_of(value: bytes) -> Any:
    """Read JSON; what stands under keys that nobody judges may be any number."""
    try:
        return json.loads(
            value.decode("utf-8"), parse_constant=_refuse, parse_int=_whole, object_pairs_hook=_Object
        )
    except UnicodeDecodeError as error:
        return Rejection("bad_unicode", None, f"not UTF-8 at byte {error.start}")
    except _NonFiniteError as error:
        return Rejection("non_finite", None, str(error))
    except (ValueError, RecursionError) as error:
        return Rejection("malformed", None, str(error)[:200] or "nested too deep")


class _Object(dict[str, Any]):
    """A JSON object that knows which of its keys was written twice."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        names = [name for name, _ in pairs if name in _KEYS] if len(self) < len(pairs) else []
        self.repeated = next((name for name in names if names.count(name) > 1), None)


class _LongNumber:
    """Stands for a number of thousands of digits."""


def _whole(text: str) -> int | _LongNumber:
    return int(text) if len(text) <= _MAX_DIGITS else _LongNumber()


def _refuse(constant: str) -> NoReturn:
    msg = f"{constant} is not a number of JSON"
    raise _NonFiniteError(msg)


def _broken_rule(body: _Object) -> Rejection | None:
    if body.repeated is not None:
        return Rejection("ambiguous", body.repeated, "stated twice")
    judged = [body.get(name) for name in _KEYS]
    if any(isinstance(value, _LongNumber) for value in judged):
        return Rejection("malformed", None, f"a number of more than {_MAX_DIGITS} digits")
    if any(isinstance(value, float) and math.isinf(value) for value in judged):
        return Rejection("non_finite", None, "a number does not fit a double")
    return (
        _presence_fault(body)
        or next(filter(None, (_id_fault(name, body.get(name)) for name in IDS)), None)
        or _time_fault(body["event_time"])
        or _decimal_fault("quantity", body.get("quantity"))
        or _decimal_fault("unit_price", body.get("unit_price"))
        or _decimal_fault("amount", body.get("amount"))
        or _currency_fault(body.get("currency"))
        or _surrogate_fault(body)
    )


def _presence_fault(body: _Object) -> Rejection | None:
    """Ask for what is needed, and for a value stated in one way: by quantity and price, or by amount."""
    for name in REQUIRED:
        if body.get(name) is None:
            return Rejection("missing_field", name, "required")
    stated = [name for name in PRICED if body.get(name) is not None]
    if body.get("amount") is not None:
        beside = " and ".join(stated)
        return Rejection("ambiguous", "amount", f"stated beside {beside}") if stated else None
    missing = next((name for name in PRICED if name not in stated), None)
    return Rejection("missing_field", missing, "required, as there is no amount") if missing else None


def _id_fault(name: str, value: Any) -> Rejection | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        return _bad_type(name, "a string", value)
    if isinstance(value, int):
        fits = -(2**63) <= value < 2**63
        return None if fits else Rejection("out_of_range", name, "does not fit 64 bits")
    if _has_surrogate(value):
        return Rejection("bad_unicode", name, "lone surrogate")
    if 0 < len(value) <= MAX_ID_BYTES:
        return None
    code, why = (
        ("out_of_range", f"longer than {MAX_ID_BYTES} characters") if value else ("missing_field", "empty")
    )
    return Rejection(code, name, why)


def _time_fault(value: Any) -> Rejection | None:
    if not isinstance(value, str):
        return _bad_type("event_time", "a string", value)
    found = _TIME.fullmatch(value)
    if found is None:
        why = f"should look like 2011-12-09T12:50:00+00:00, is {value[:40]!r}"
        return Rejection("bad_time", "event_time", why)
    try:
        datetime.fromisoformat((found[1] + (found[2] or "")).upper())
    except ValueError:
        return Rejection("bad_time", "event_time", f"no such day or time: {value[:40]!r}")
    return None


def _decimal_fault(name: str, value: Any) -> Rejection | None:
    """Look at the type of a number, and at whole ones; what texts and fractions say is judged by column."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return _bad_type(name, "a decimal", value)
    return too_large(name) if isinstance(value, int) and abs(value) > LIMITS[name] else None


def _currency_fault(value: Any) -> Rejection | None:
    return None if value is None or isinstance(value, str) else _bad_type("currency", "a string", value)


def _surrogate_fault(body: _Object) -> Rejection | None:
    """Look through everything, at any depth without recursion: broken text cannot be told from nothing."""
    rest: list[Any] = [body]
    while rest:
        part = rest.pop()
        if isinstance(part, str) and _has_surrogate(part):
            return Rejection("bad_unicode", None, "lone surrogate")
        if isinstance(part, dict):
            rest += [*part.keys(), *part.values()]
        elif isinstance(part, list):
            rest += part
    return None


def _has_surrogate(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def _bad_type(name: str, expected: str, value: Any) -> Rejection:
    kind = "object" if isinstance(value, dict) else type(value).__name__
    return Rejection("bad_type", name, f"should be {expected}, is a JSON {kind}")
