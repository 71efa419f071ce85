"""Which rows of a file are sent, in which order, as events."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from shared.core.arrays import Bool, Int64
from shared.intake.times.parsing import NO_TIME
from streaming.replay.event_rows import all_event_rows
from streaming.replay.events import Batch, encode
from streaming.replay.identity import Identities
from streaming.replay.opened import Reading
from streaming.replay.order import in_order_of_time
from streaming.replay.request import ReplayRequest


@dataclass(frozen=True)
class Portion:
    """Events of one chunk, and the place of each in the sending order of the whole file."""

    batch: Batch
    indices: Int64
    read_fraction: float


def portions(request: ReplayRequest, identities: Identities, first: int) -> Iterator[Portion]:
    """Yield what is to be sent, from place `first` of the sending order on.

    Parameters
    ----------
    identities : of the file; counts equal rows and ids as they pass.
    """
    index, left = 0, request.limit
    for batch, read_fraction in in_sending_order(request.reading, identities):
        indices = index + np.arange(len(batch))
        index += len(batch)
        keep = _within(request, batch.times_ms) & (indices >= first)
        if left is not None:
            keep &= np.cumsum(keep) <= left
            left -= int(keep.sum())
        if keep.any():
            chosen = batch if keep.all() else batch.take(np.flatnonzero(keep))
            yield Portion(chosen, indices[keep], read_fraction)
        if left == 0:
            return


def in_sending_order(reading: Reading, identities: Identities) -> Iterator[tuple[Batch, float]]:
    """Yield every row of a file as a record, and how far the file has been read or sent."""
    if not reading.profile.sort:
        for lines in all_event_rows(reading):
            yield encode(lines, identities), lines.read_fraction
        return
    yield from in_order_of_time(encode(lines, identities) for lines in all_event_rows(reading))


def _within(request: ReplayRequest, times_ms: Int64) -> Bool:
    """Mark what lies in [start, end); a row without a readable time lies in no bounded interval."""
    keep = np.ones(len(times_ms), dtype=bool)
    if request.start is not None:
        keep &= times_ms >= request.start.timestamp() * 1000
    if request.end is not None:
        keep &= (times_ms < request.end.timestamp() * 1000) & (times_ms != NO_TIME)
    return keep
