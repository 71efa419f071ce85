"""One record -> one invoice line, or nothing when the record must be rejected.

The event is described in docs/events.md. Only the verdict matters here: why a record is
rejected is for the stream to say.
"""

import json
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from shared.config import InputSettings, StateSettings

MINOR_PER_UNIT = 10_000
MAX_ID_BYTES = 256
DAY_MS = 86_400_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?", re.ASCII
)  # RFC 3339, the offset optional
_PRICE = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_FLOAT_NOISE = Fraction(1, 10**9)


@dataclass(frozen=True)
class Rules:
    """How records are judged and how long a customer's past is remembered."""

    input: InputSettings
    state: StateSettings


class Line(NamedTuple):
    """A well-formed invoice line; no customer means a guest."""

    event_id: str
    time_ms: int
    customer_id: str | None
    invoice_no: str
    quantity: int
    amount_minor: int

    def is_purchase(self, cancellation_prefix: str) -> bool:
        """Whether it counts towards frequency and purchase times; the amount counts always."""
        is_cancellation = bool(cancellation_prefix) and self.invoice_no.startswith(cancellation_prefix)
        return self.quantity > 0 and not is_cancellation


class _RejectedError(Exception):
    """The record goes to the dead letters."""


def read_line(value: bytes | None, kafka_ms: int, rules: Rules) -> Line | None:
    """Read a record's value; None means that it must be rejected.

    Parameters
    ----------
    kafka_ms : the record's Kafka timestamp, ms since the epoch, which decides what is in the future.
    """
    if value is None or len(value) > rules.input.max_record_bytes:
        return None
    try:
        return _line(_event(value), kafka_ms, rules)
    except (_RejectedError, ValueError, RecursionError):
        return None


def _line(event: dict[str, Any], kafka_ms: int, rules: Rules) -> Line:
    guest = event.get("customer_id") is None
    _check_currency(event.get("currency"), rules.input.currency)
    _identifier(event.get("stock_code"))
    quantity = _quantity(event.get("quantity"))
    return Line(
        event_id=_identifier(event.get("event_id")),
        time_ms=_time(event.get("event_time"), kafka_ms, rules.input),
        customer_id=None if guest else _identifier(event["customer_id"]),
        invoice_no=_identifier(event.get("invoice_no")),
        quantity=quantity,
        amount_minor=_amount(quantity, event.get("unit_price"), rules.input.max_line_amount),
    )


class _Pairs(tuple[tuple[str, Any], ...]):
    """A JSON object as it was written: a key may stand there twice."""

    __slots__ = ()


_JUDGED = frozenset(
    {
        "event_id",
        "event_time",
        "customer_id",
        "invoice_no",
        "stock_code",
        "quantity",
        "unit_price",
        "currency",
    }
)
"""Other keys may hold anything."""


def _constant(name: str) -> Any:
    msg = f"{name} is no JSON number"
    raise _RejectedError(msg)


_decode = json.JSONDecoder(object_pairs_hook=_Pairs, parse_constant=_constant).decode


def _event(value: bytes) -> dict[str, Any]:
    pairs = _decode(value.decode("utf-8"))
    if not isinstance(pairs, _Pairs):
        raise _RejectedError
    event = dict(pairs)
    if len(event) != len(pairs):
        names = [name for name, _ in pairs if name in _JUDGED]
        if len(set(names)) != len(names):
            raise _RejectedError
    return event


def _identifier(value: object) -> str:
    """Whole numbers are taken as their decimal text; otherwise ids are opaque."""
    text = str(value) if type(value) is int else value
    if not isinstance(text, str) or not 1 <= len(text.encode("utf-8")) <= MAX_ID_BYTES:
        raise _RejectedError
    return text


def _quantity(value: object) -> int:
    if type(value) is not int or value == 0 or not -(2**63) <= value < 2**63:
        raise _RejectedError
    return value


def _check_currency(stated: object, expected: str | None) -> None:
    if stated is not None and not isinstance(stated, str):
        raise _RejectedError
    if expected is not None and stated is not None and stated != expected:
        raise _RejectedError


def _time(value: object, kafka_ms: int, rules: InputSettings) -> int:
    if not isinstance(value, str):
        raise _RejectedError
    time_ms = _parse_time(value, rules.zone)
    if time_ms < 0 or time_ms > kafka_ms + rules.future_tolerance_s * 1000:
        raise _RejectedError
    return time_ms


@lru_cache(maxsize=65_536)
def _parse_time(text: str, zone: str) -> int:
    if _TIME.fullmatch(text) is None:
        raise _RejectedError
    moment = datetime.fromisoformat(text)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    return (aware - _EPOCH) // timedelta(milliseconds=1)


def _amount(quantity: int, price: object, max_units: int) -> int:
    if type(price) is int:
        minor = price * MINOR_PER_UNIT
    elif isinstance(price, float):
        minor = _number_minor(price)
    elif isinstance(price, str):
        minor = _text_minor(price)
    else:
        raise _RejectedError
    if abs(quantity * minor) > max_units * MINOR_PER_UNIT:
        raise _RejectedError
    return quantity * minor


@lru_cache(maxsize=65_536)
def _text_minor(text: str) -> int:
    """Read a price in text, which is exact or rejected."""
    if _PRICE.fullmatch(text) is None:
        raise _RejectedError
    minor = Fraction(text) * MINOR_PER_UNIT
    if minor.denominator != 1:
        raise _RejectedError
    return minor.numerator


def _number_minor(number: float) -> int:
    """Read a JSON number, which may carry the noise of binary arithmetic: 0.30000000000000004."""
    if not math.isfinite(number):
        raise _RejectedError
    exact = Fraction(repr(number))
    minor = round(exact * MINOR_PER_UNIT)
    if abs(exact - Fraction(minor, MINOR_PER_UNIT)) > _FLOAT_NOISE * max(Fraction(1), abs(exact)):
        raise _RejectedError
    return minor
