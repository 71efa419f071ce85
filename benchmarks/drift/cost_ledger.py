"""Whose time it was: seconds of wrapped functions by part, the outermost call counting, nested ones not."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import wraps
from time import perf_counter
from types import ModuleType
from typing import Any
from unittest.mock import patch

from shared.core.model import population
from shared.core.model.reference_bins import ReferenceBins

Work = Callable[..., Any]


@dataclass(frozen=True)
class Place:
    """A function to time, as an attribute of the module or class it is looked up in."""

    owner: ModuleType | type
    name: str


SUMS_FOR_DETECTION: Sequence[Place] = (
    Place(ReferenceBins, "feature_bins"),
    Place(ReferenceBins, "distance_bins"),
    Place(population, "_crosstab"),
    Place(population, "_silhouettes"),
    Place(population, "_reference_columns"),
)
"""Of the sums over customers, those that nothing but the watch over the stock reads."""


class TimeLedger:
    """Adds up seconds by part; one thread at a time."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._is_inside = False

    @property
    def total(self) -> float:
        """Seconds of all parts."""
        return sum(self.seconds.values())

    def add(self, part: str, seconds: float) -> None:
        """Count seconds towards a part."""
        self.seconds[part] = self.seconds.get(part, 0.0) + seconds

    def timed(self, part: str, work: Work) -> Work:
        """Return `work` as a function whose time counts, unless it runs inside another that counts."""

        @wraps(work)
        def run(*arguments: Any, **named: Any) -> Any:
            if self._is_inside:
                return work(*arguments, **named)
            self._is_inside, started = True, perf_counter()
            try:
                return work(*arguments, **named)
            finally:
                self._is_inside = False
                self.add(part, perf_counter() - started)

        return run

    @contextmanager
    def timing(self, part: str, places: Sequence[Place]) -> Iterator[None]:
        """Time these functions while in this context, each as `part: name`."""
        with ExitStack() as stack:
            for place in places:
                work = self.timed(f"{part}: {place.name.strip('_')}", getattr(place.owner, place.name))
                stack.enter_context(patch.object(place.owner, place.name, work))
            yield


def seconds_of(seconds: Mapping[str, float], part: str) -> float:
    """Add up what a part's functions took."""
    return sum(spent for name, spent in seconds.items() if name.partition(":")[0] == part)
