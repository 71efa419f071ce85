"""From bytes to events: fast for the many, exact for the few that the fast decoder might misread.

The fast decoder takes the last of two equal keys, does not look at text that it skips, and ends a
time at NUL. A block of records is looked at once for signs of that; only where there is one does
each record get the exact look of `streaming.task.event_faults`. A key stated twice is `ambiguous`.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated

import msgspec
import numpy as np

from shared.core.arrays import Int64
from streaming.task.contract import MAX_ID_BYTES, MAX_QUANTITY, Rejection
from streaming.task.event_faults import KEY_BYTES, PRICED, REQUIRED, inspect, is_doubtful, is_plain

_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_ID_BYTES)]
_Id = _Text | Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class _Line(msgspec.Struct, gc=False, kw_only=True):
    """The part of an event that state depends on; other keys are skipped."""

    event_id: _Id
    event_time: datetime
    customer_id: _Id | msgspec.UnsetType | None = msgspec.UNSET
    invoice_no: _Id
    stock_code: _Id | msgspec.UnsetType | None = msgspec.UNSET
    currency: str | msgspec.UnsetType | None = msgspec.UNSET


class Priced(_Line, gc=False, kw_only=True):
    """A line that states how many, and at what price."""

    quantity: Annotated[int, msgspec.Meta(ge=-MAX_QUANTITY, le=MAX_QUANTITY)] | float | str
    unit_price: str | float
    amount: msgspec.UnsetType | None = msgspec.UNSET


class Totalled(_Line, gc=False, kw_only=True):
    """A line that states its total alone."""

    amount: str | float
    quantity: msgspec.UnsetType | None = msgspec.UNSET
    unit_price: msgspec.UnsetType | None = msgspec.UNSET


Event = Priced | Totalled
_DECODERS: tuple[Callable[[bytes], Event], ...] = (
    msgspec.json.Decoder(Priced).decode,
    msgspec.json.Decoder(Totalled).decode,
)
_UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)
_MALFORMED = Rejection("malformed", None, "not JSON as RFC 8259 has it")
_BLOCK = 64
"""Records looked at together: few enough that one odd record makes few of its neighbours slow."""


def decode_events(
    values: Sequence[bytes | None], max_bytes: int
) -> tuple[list[Event], Int64, dict[int, Rejection]]:
    """Return the events, the positions they came from, and what is wrong with the other records."""
    events: list[Event] = []
    refused: dict[int, Rejection] = {}
    for start in range(0, len(values), _BLOCK):
        block = values[start : start + _BLOCK]
        decoded = _decode_alike(block, max_bytes) or [_decode_one(value, max_bytes) for value in block]
        if not _is_plain(block, decoded):
            decoded = [_doubted(value, event, max_bytes) for value, event in zip(block, decoded, strict=True)]
        read = [event for event in decoded if type(event) is not Rejection]
        events += read
        if len(read) < len(decoded):
            refused |= {at: why for at, why in enumerate(decoded, start) if type(why) is Rejection}
    accepted = np.ones(len(values), np.bool_)
    accepted[list(refused)] = False
    return events, np.flatnonzero(accepted), refused


def _decode_alike(block: Sequence[bytes | None], max_bytes: int) -> list[Event | Rejection] | None:
    """Decode a block of which every record is good, and states its value in the same way; None of another."""
    values = [value for value in block if value is not None and len(value) <= max_bytes]
    if len(values) < len(block):
        return None
    for decode in _DECODERS:
        try:
            return [*map(decode, values)]
        except _UNREADABLE:
            continue
    return None


def _decode_one(value: bytes | None, max_bytes: int) -> Event | Rejection:
    if value is None or len(value) > max_bytes:
        return inspect(value, max_bytes) or _MALFORMED
    for decode in _DECODERS:
        try:
            return decode(value)
        except _UNREADABLE:
            continue
    return inspect(value, max_bytes) or _MALFORMED


def _is_plain(block: Sequence[bytes | None], decoded: list[Event | Rejection]) -> bool:
    """Whether no record of a block can have been misread, by one look at all their bytes at once.

    Each key is written as often as there are records that have it: so none has it twice.
    """
    events = [event for event in decoded if type(event) is not Rejection]
    read = block if len(events) == len(block) else _readable(block, decoded)
    text = b"".join(filter(None, read))
    return is_plain(text) and all(
        text.count(KEY_BYTES[name]) == times for name, times in _stated(events).items() if times
    )


def _readable(block: Sequence[bytes | None], decoded: list[Event | Rejection]) -> list[bytes | None]:
    return [value for value, event in zip(block, decoded, strict=True) if type(event) is not Rejection]


def _stated(events: list[Event]) -> dict[str, int]:
    """Count the events that state a key; one that none states, none states twice."""
    unset = msgspec.UNSET
    counts = dict.fromkeys((*REQUIRED, *PRICED), len(events)) | {
        "stock_code": len([1 for event in events if event.stock_code is not unset]),
        "customer_id": len([1 for event in events if event.customer_id is not unset]),
        "currency": len([1 for event in events if event.currency is not unset]),
        "amount": len([1 for event in events if event.amount is not unset]),
    }
    if counts["amount"]:
        counts["quantity"] = len([1 for event in events if event.quantity is not unset])
        counts["unit_price"] = len([1 for event in events if event.unit_price is not unset])
    return counts


def _doubted(value: bytes | None, decoded: Event | Rejection, max_bytes: int) -> Event | Rejection:
    if isinstance(decoded, Rejection) or value is None or not is_doubtful(value):
        return decoded
    return inspect(value, max_bytes) or decoded
