"""From bytes to events: fast for the many, exact for the few that the fast decoder might misread.

The fast decoder takes the last of two equal keys, does not look at text that it skips, and ends a
time at NUL. A block of records is looked at once for signs of that; only where there is one does
each record get the exact look of `streaming.task.explain`. A key stated twice is `ambiguous`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import NDArray

from streaming.task.contract import MAX_ID_BYTES, MAX_QUANTITY, Rejection
from streaming.task.explain import KEY_BYTES, inspect, is_doubtful, is_plain

_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_ID_BYTES)]
_Id = _Text | Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class Event(msgspec.Struct, gc=False):
    """The part of an event that state depends on; other keys are skipped."""

    event_id: _Id
    event_time: datetime
    invoice_no: _Id
    stock_code: _Id
    quantity: Annotated[int, msgspec.Meta(ge=-MAX_QUANTITY, le=MAX_QUANTITY)]
    unit_price: str | float
    customer_id: _Id | msgspec.UnsetType | None = msgspec.UNSET
    currency: str | msgspec.UnsetType | None = msgspec.UNSET


_decode = msgspec.json.Decoder(Event).decode
_MALFORMED = Rejection("malformed", None, "not JSON as RFC 8259 has it")
_BLOCK = 64
"""Records looked at together: few enough that one odd record makes few of its neighbours slow."""


def decode_events(
    values: Sequence[bytes | None], max_bytes: int
) -> tuple[list[Event], NDArray[np.int64], dict[int, Rejection]]:
    """Return the events, the positions they came from, and what is wrong with the other records."""
    events: list[Event] = []
    refused: dict[int, Rejection] = {}
    for start in range(0, len(values), _BLOCK):
        block = values[start : start + _BLOCK]
        decoded = [_decode_one(value, max_bytes) for value in block]
        if not _is_plain(block, decoded):
            decoded = [_doubted(value, event, max_bytes) for value, event in zip(block, decoded, strict=True)]
        for position, event in enumerate(decoded, start):
            if isinstance(event, Rejection):
                refused[position] = event
            else:
                events.append(event)
    accepted = np.ones(len(values), np.bool_)
    accepted[list(refused)] = False
    return events, np.flatnonzero(accepted), refused


def _decode_one(value: bytes | None, max_bytes: int) -> Event | Rejection:
    if value is None or len(value) > max_bytes:
        return inspect(value, max_bytes) or _MALFORMED
    try:
        return _decode(value)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return inspect(value, max_bytes) or _MALFORMED


def _is_plain(block: Sequence[bytes | None], decoded: list[Event | Rejection]) -> bool:
    """Whether no record of a block can have been misread, by one look at all their bytes at once.

    Each key is written as often as there are records that have it: so none has it twice.
    """
    events = [event for event in decoded if not isinstance(event, Rejection)]
    read = (v for v, e in zip(block, decoded, strict=True) if v is not None and not isinstance(e, Rejection))
    text = b"".join(read)
    if not is_plain(text):
        return False
    stated = {
        "customer_id": sum(event.customer_id is not msgspec.UNSET for event in events),
        "currency": sum(event.currency is not msgspec.UNSET for event in events),
    }
    return all(text.count(key) == stated.get(name, len(events)) for name, key in KEY_BYTES.items())


def _doubted(value: bytes | None, decoded: Event | Rejection, max_bytes: int) -> Event | Rejection:
    if isinstance(decoded, Rejection) or value is None or not is_doubtful(value):
        return decoded
    return inspect(value, max_bytes) or decoded
