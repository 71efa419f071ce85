"""Timing on a machine that is not alone: contenders take turns, and rounds are compared with themselves."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from shared.core.arrays import Float64


@dataclass(frozen=True, eq=False)
class Rounds:
    """Seconds of each contender, (rounds,); what disturbs a round disturbs all of its contenders."""

    seconds: Mapping[str, Float64]

    def median(self, name: str) -> float:
        """Return the median time of one contender."""
        return float(np.median(self.seconds[name]))

    def ratio(self, name: str, base: str) -> float:
        """Return the median over rounds of the time of `name` by that of `base`."""
        return float(np.median(self.seconds[name] / self.seconds[base]))


def in_rounds(contenders: Mapping[str, Callable[[], object]], rounds: int) -> Rounds:
    """Run everybody once unmeasured, then `rounds` times in turn, the order reversed every other round."""
    for run in contenders.values():
        run()
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    names = list(contenders)
    for turn in range(rounds):
        for name in names if turn % 2 == 0 else reversed(names):
            seconds[name].append(timed(contenders[name]))
    return Rounds({name: np.array(times) for name, times in seconds.items()})


def timed(run: Callable[[], object]) -> float:
    """Return the seconds that one call takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start
