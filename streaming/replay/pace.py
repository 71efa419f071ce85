"""How fast: as fast as possible, so many events a second, or a multiple of real time."""

import re
from dataclasses import dataclass

import numpy as np

from shared.core.arrays import Float64, Int64
from shared.errors import InvalidConfig

_RATE = re.compile(r"([0-9]+(?:\.[0-9]+)?)(x?)", re.ASCII)


@dataclass(frozen=True)
class Pace:
    """At most one of the two is set; none means as fast as possible."""

    events_per_s: float | None = None
    speedup: float | None = None
    """Seconds of event time per second."""

    @classmethod
    def parse(cls, text: str) -> "Pace":
        """Read `500` (events a second) or `3600x` (an hour of the shop in a second).

        Raises
        ------
        InvalidConfig : neither, or not above zero.
        """
        found = _RATE.fullmatch(text)
        if found is None or float(found[1]) == 0:
            msg = f"--rate takes events per second (500) or a multiple of real time (3600x), got {text!r}"
            raise InvalidConfig(msg)
        rate = float(found[1])
        return cls(speedup=rate) if found[2] else cls(events_per_s=rate)

    def due_s(self, times_ms: Int64, *, n_before: int, origin_ms: int) -> Float64:
        """Return when each event is due, in seconds since the first one was.

        Parameters
        ----------
        times_ms : (n,) event times; one that lies before its predecessor is due together with it.
        n_before : events sent earlier.
        origin_ms : event time of the first one.
        """
        if self.events_per_s is not None:
            return (n_before + np.arange(len(times_ms))) / self.events_per_s
        if self.speedup is not None:
            newest = np.maximum.accumulate(np.maximum(times_ms, origin_ms))
            due: Float64 = (newest - origin_ms) / (1000.0 * self.speedup)
            return due
        return np.zeros(len(times_ms))


FULL_SPEED = Pace()
