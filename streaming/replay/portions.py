"""Which rows of a file are sent, in which order, as events."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shared.errors import InvalidConfig
from streaming.replay import events, reading
from streaming.replay.profiles import Profile
from streaming.replay.request import ReplayRequest
from streaming.replay.times import NO_TIME


@dataclass(frozen=True)
class Portion:
    """Events of one chunk, and the place of each in the sending order of the whole file."""

    batch: events.Batch
    indices: NDArray[np.int64]
    read_fraction: float


def portions(request: ReplayRequest, first: int) -> Iterator[Portion]:
    """Yield what is to be sent, from place `first` of the sending order on."""
    index, left = 0, request.limit
    for number, (chunk, times_ms) in enumerate(_ordered(request)):
        if number == 0:
            _require_times(request.profile, chunk, times_ms)
        indices = index + np.arange(len(times_ms))
        index += len(times_ms)
        keep = _within(request, times_ms) & (indices >= first)
        if left is not None:
            keep &= np.cumsum(keep) <= left
            left -= int(keep.sum())
        if keep.any():
            batch = events.encode(request.profile, chunk, keep, times_ms)
            yield Portion(batch, indices[keep], chunk.read_fraction)
        if left == 0:
            return


def _ordered(request: ReplayRequest) -> Iterator[tuple[reading.Chunk, NDArray[np.int64]]]:
    chunks = reading.chunks(request.source)
    if not request.profile.sort:
        for chunk in chunks:
            yield chunk, events.moments(request.profile, chunk)
        return
    whole = reading.Chunk(pd.concat([chunk.table for chunk in chunks]), 1.0)
    times_ms = events.moments(request.profile, whole)
    order = np.argsort(times_ms, kind="stable")
    for at in range(0, len(order), reading.CHUNK_ROWS):
        part = order[at : at + reading.CHUNK_ROWS]
        yield reading.Chunk(whole.table.iloc[part], (at + len(part)) / len(order)), times_ms[part]


def _within(request: ReplayRequest, times_ms: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Mark what lies in [start, end); a row without a readable time lies in no bounded interval."""
    keep = np.ones(len(times_ms), dtype=bool)
    if request.start is not None:
        keep &= times_ms >= request.start.timestamp() * 1000
    if request.end is not None:
        keep &= (times_ms < request.end.timestamp() * 1000) & (times_ms != NO_TIME)
    return keep


def _require_times(profile: Profile, chunk: reading.Chunk, times_ms: NDArray[np.int64]) -> None:
    """One bad time is the stream's to reject; nothing but bad times is a wrong mapping."""
    if (times_ms != NO_TIME).any():
        return
    column = profile.columns["event_time"]
    msg = (
        f"no value of column {column!r} can be read as a time, the first is {chunk.table[column].iloc[0]!r}; "
        "ISO 8601 is expected: give its pattern with --time-format, for example '%m/%d/%Y %H:%M'"
    )
    raise InvalidConfig(msg)
