"""Rows of text -> Kafka records. docs/transaction.schema.json is the contract."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from streaming.replay import times
from streaming.replay.profiles import Profile
from streaming.replay.reading import Chunk

_WHOLE = re.compile(r"([+-]?[0-9]{1,18})(?:\.0+)?", re.ASCII)
"""Spreadsheets write whole numbers as 6.0; anything else is left for the stream to judge."""

_encode = msgspec.json.Encoder().encode


class _Event(msgspec.Struct, omit_defaults=True):
    """Field order is the order in the JSON text; an absent optional field is left out."""

    event_id: str
    event_time: str
    customer_id: str | None
    invoice_no: str
    stock_code: str
    quantity: int | str
    unit_price: str
    description: str | None = None
    currency: str | None = None
    country: str | None = None


@dataclass(frozen=True)
class Batch:
    """Events ready to be sent, in order; all sequences have the same length."""

    rows: NDArray[np.int64]
    """Row number in the file, from 1."""
    event_ids: Sequence[str]
    keys: Sequence[bytes | None]
    values: Sequence[bytes]
    times_ms: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.values)


def encode(profile: Profile, chunk: Chunk, keep: NDArray[np.bool_], times_ms: NDArray[np.int64]) -> Batch:
    """Write the kept rows of a chunk as events.

    Parameters
    ----------
    keep : (n,) which rows of the chunk.
    times_ms : (n,) their moments, see `times.parse`.
    """
    table, ms = chunk.table[keep], times_ms[keep]
    rows = row_numbers(chunk)[keep]
    numbers = [f"{row:09d}" for row in rows.tolist()]
    ids = _texts(profile, table, "event_id") or [f"{profile.name}:{number}" for number in numbers]
    customers = _optional(profile, table, "customer_id")
    columns = (
        ids,
        times.iso(ms, table[profile.columns["event_time"]]),
        customers,
        _texts(profile, table, "invoice_no") or numbers,
        _texts(profile, table, "stock_code"),
        [_whole(text) for text in _texts(profile, table, "quantity")],
        _texts(profile, table, "unit_price"),
        *(_optional(profile, table, name) for name in ("description", "currency", "country")),
    )
    values = [_encode(_Event(*cells)) for cells in zip(*columns, strict=True)]
    keys = [None if customer is None else customer.encode() for customer in customers]
    return Batch(rows, ids, keys, values, ms)


def moments(profile: Profile, chunk: Chunk) -> NDArray[np.int64]:
    """Return the (n,) event times of a chunk in ms since the epoch."""
    texts = chunk.table[profile.columns["event_time"]]
    return times.parse(texts, zone=profile.zone, time_format=profile.time_format)


def row_numbers(chunk: Chunk) -> NDArray[np.int64]:
    """Return the (n,) row numbers of a chunk."""
    return chunk.table.index.to_numpy(dtype=np.int64)


def _texts(profile: Profile, table: pd.DataFrame, name: str) -> list[str]:
    if name in profile.columns:
        return table[profile.columns[name]].tolist()
    return [profile.constants[name]] * len(table) if name in profile.constants else []


def _optional(profile: Profile, table: pd.DataFrame, name: str) -> list[str | None]:
    texts = _texts(profile, table, name)
    return [text or None for text in texts] if texts else [None] * len(table)


def _whole(text: str) -> int | str:
    found = _WHOLE.fullmatch(text)
    return int(found[1]) if found else text
