"""One record -> one invoice line, or nothing when the record must be rejected.

The event is described in docs/events.md. Only the verdict matters here: why a record is
rejected is for the stream to say.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from math import floor
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from shared.settings import InputSettings, StateSettings, TickSettings

MINOR_PER_UNIT = 10_000
MAX_ID_LENGTH = 256
"""Characters; of the customer id, which becomes a key, bytes."""
DAY_MS = 86_400_000
_MAX_DIGITS = 4_300

MAX_QUANTITY = 2**31
MAX_PRICE = 10**11
LAST_MS = 1 << 42
"""Times lie in [1970-01-01, 2109-05-15)."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:?\d\d)?", re.ASCII | re.IGNORECASE
)
_DECIMAL = re.compile(r"-?\d{1,18}(\.\d{1,18})?([eE][+-]?\d{1,2})?", re.ASCII)
_NOISE = Fraction(1, 2**51)
"""How far a number may lie from a multiple of 1/10,000, relative to it: what binary arithmetic adds."""


@dataclass(frozen=True)
class RecountRules:
    """How records are judged, how long a customer's past is remembered, and when a day counts."""

    input: InputSettings
    state: StateSettings
    tick: TickSettings


class Line(NamedTuple):
    """A well-formed invoice line; no customer means a guest. For the others see `Value`."""

    event_id: str
    time_ms: int
    customer_id: str | None
    invoice_no: str
    is_negative: bool
    amount_minor: int

    def is_purchase(self, cancellation_prefix: str) -> bool:
        """Whether it counts towards frequency and purchase times; the amount counts always."""
        is_cancellation = bool(cancellation_prefix) and self.invoice_no.startswith(cancellation_prefix)
        return not self.is_negative and not is_cancellation


class Value(NamedTuple):
    """What a line is worth, before it is rounded; and whether its quantity, price or amount is below 0."""

    is_negative: bool
    exact_minor: Fraction

    @property
    def minor(self) -> int:
        """In whole 1/10,000; halves away from zero, so that a return cancels its purchase."""
        rounded = floor(abs(self.exact_minor) + Fraction(1, 2))
        return rounded if self.exact_minor > 0 else -rounded


class RejectedError(Exception):
    """The record goes to the dead letters."""


def read_line(value: bytes | None, kafka_ms: int, rules: RecountRules) -> Line | None:
    """Read a record's value; None means that it must be rejected.

    Parameters
    ----------
    kafka_ms : the record's Kafka timestamp, ms since the epoch, which decides what is in the future.
    """
    if value is None or len(value) > rules.input.max_record_bytes:
        return None
    try:
        return _line(_event(value), kafka_ms, rules)
    except (RejectedError, ValueError, OverflowError, RecursionError):
        return None


def _line(event: dict[str, Any], kafka_ms: int, rules: RecountRules) -> Line:
    guest = event.get("customer_id") is None
    customer_id = None if guest else _identifier(event["customer_id"])
    if customer_id is not None and len(customer_id.encode()) > MAX_ID_LENGTH:
        raise RejectedError
    _check_currency(event.get("currency"), rules.input.currency)
    if event.get("stock_code") is not None:
        _identifier(event["stock_code"])
    value = read_value(*(event.get(name) for name in ("quantity", "unit_price", "amount")))
    if abs(value.exact_minor) > rules.input.max_line_amount * MINOR_PER_UNIT:
        raise RejectedError
    return Line(
        event_id=_identifier(event.get("event_id")),
        time_ms=_time(event.get("event_time"), kafka_ms, rules.input),
        customer_id=customer_id,
        invoice_no=_identifier(event.get("invoice_no")),
        is_negative=value.is_negative,
        amount_minor=value.minor,
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
        "amount",
        "currency",
    }
)
"""Other keys may hold anything."""


def _constant(name: str) -> Any:
    msg = f"{name} is no JSON number"
    raise RejectedError(msg)


def _whole(text: str) -> int | None:
    """Read an integer; one of thousands of digits is no value for anything that is judged."""
    return int(text) if len(text) <= _MAX_DIGITS else None


_decode = json.JSONDecoder(object_pairs_hook=_Pairs, parse_constant=_constant, parse_int=_whole).decode


def _event(value: bytes) -> dict[str, Any]:
    pairs = _decode(value.decode("utf-8"))
    if not isinstance(pairs, _Pairs):
        raise RejectedError
    if b"\\u" in value:
        json.dumps(pairs, ensure_ascii=False).encode("utf-8")  # half a surrogate pair is no text
    event = dict(pairs)
    if len(event) != len(pairs):
        names = [name for name, _ in pairs if name in _JUDGED]
        if len(set(names)) != len(names):
            raise RejectedError
    return event


def _identifier(value: object) -> str:
    """Whole numbers of 64 bits, signed, are taken as their decimal text; otherwise ids are opaque."""
    text = str(value) if type(value) is int and -(2**63) <= value < 2**63 else value
    if not isinstance(text, str) or not 1 <= len(text) <= MAX_ID_LENGTH:
        raise RejectedError
    return text


def _check_currency(stated: object, expected: str | None) -> None:
    if stated is not None and not isinstance(stated, str):
        raise RejectedError
    if expected is not None and stated is not None and stated != expected:
        raise RejectedError


def _time(value: object, kafka_ms: int, rules: InputSettings) -> int:
    if not isinstance(value, str):
        raise RejectedError
    time_ms = _parse_time(value, rules.zone)
    if not 0 <= time_ms < LAST_MS or time_ms > kafka_ms + rules.future_tolerance_s * 1000:
        raise RejectedError
    return time_ms


@lru_cache(maxsize=65_536)
def _parse_time(text: str, zone: str) -> int:
    """Read RFC 3339; the fraction is rounded to microseconds, then cut to milliseconds."""
    found = _TIME.fullmatch(text)
    if found is None:
        raise RejectedError
    moment = datetime.fromisoformat((found[1] + (found[3] or "")).upper())
    aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    micros = (int((found[2] or "")[:7].ljust(7, "0")) + 5) // 10
    return (aware - _EPOCH + timedelta(microseconds=micros)) // timedelta(milliseconds=1)


def read_value(quantity: object, price: object, amount: object) -> Value:
    """Read what a line is worth: so many at such a price, or the amount alone.

    Raises
    ------
    RejectedError : it states both or too little, or a number that may not stand there.
    """
    if amount is None:
        pieces, minor = _in_minor(quantity), _in_minor(price)
    elif quantity is None and price is None:
        pieces, minor = MINOR_PER_UNIT, _in_minor(amount)
    else:
        raise RejectedError
    if not 0 < abs(pieces) <= MAX_QUANTITY * MINOR_PER_UNIT or abs(minor) > MAX_PRICE * MINOR_PER_UNIT:
        raise RejectedError
    return Value(pieces < 0 or minor < 0, Fraction(pieces * minor, MINOR_PER_UNIT))


def _in_minor(number: object) -> int:
    """Read a number, or the text of one, in 1/10,000."""
    if isinstance(number, bool) or not isinstance(number, str | int | float):
        raise RejectedError
    return _decimal(number if isinstance(number, str) else repr(float(number)))


@lru_cache(maxsize=65_536)
def _decimal(text: str) -> int:
    if _DECIMAL.fullmatch(text) is None:
        raise RejectedError
    exact = Fraction(text) * MINOR_PER_UNIT
    minor = round(exact)
    if abs(exact - minor) > _NOISE * max(1, abs(minor)):
        raise RejectedError
    return minor
