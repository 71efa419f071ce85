"""A second opinion on drift of windows: river's ADWIN on distances and on each segment's indicator."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

DELTA = 0.002
"""River's own; the segments share one such delta between them."""


class AdwinPair:
    """Adaptive windows over rows, one after the other.

    Parameters
    ----------
    k : number of segments. delta : of the detector on distances; each of the k on membership of a
        segment gets `delta / k`.

    Raises
    ------
    ImportError : river is not installed (`pip install 'resegment[river]'`).

    References
    ----------
    Bifet, Gavalda (2007), Learning from time-changing data with adaptive windowing.
    """

    def __init__(self, k: int, delta: float = DELTA) -> None:
        self._channels = [_Adwin(delta), *(_Adwin(delta / k) for _ in range(k))]

    def update(self, labels: ArrayLike, distances: ArrayLike) -> bool:
        """Take in rows, (n,) labels and distances to the own center; say whether anything changed in them."""
        who = np.asarray(labels)
        columns = [np.asarray(distances, dtype=np.float64)]
        columns += [(who == label).astype(np.float64) for label in range(len(self._channels) - 1)]
        # Every channel sees every row, so no `any` over a generator here.
        found = [
            channel.update(column.tolist()) for channel, column in zip(self._channels, columns, strict=True)
        ]
        return sum(found) > 0


class _Adwin:
    """What `river.drift.ADWIN` does value by value, without a Python call for each value."""

    def __init__(self, delta: float) -> None:
        self._delta = delta
        self._window = self._fresh()

    def update(self, values: Iterable[float]) -> int:
        """Return how many changes were found in the values."""
        left, found = iter(values), 0
        while self._finds_change(left):
            # River starts anew after a change.
            self._window = self._fresh()
            found += 1
        return found

    def _finds_change(self, left: Iterator[float]) -> bool:
        return any(map(self._window.update, left))

    def _fresh(self) -> Any:
        # Imported here, because river is an extra.
        from river.drift.adwin import AdaptiveWindowing  # type: ignore[attr-defined]  # noqa: PLC0415

        return AdaptiveWindowing(
            delta=self._delta, clock=32, max_buckets=5, min_window_length=5, grace_period=10
        )
