"""Fading by event time: a customer's weight halves with every half-life since the last event.

w = 2^((u - L) / h), u the customer's newest event, L a landmark that stands still. Time passing
multiplies every weight by the same factor, which S/N does not notice, so nothing is ever faded:
an empty batch changes nothing and a batch split in two gives the same sums. A customer is taken
out with the very (w, v, label) stored. Weights grow with time, so a restate, which rewrites every
customer anyway, moves the landmark; nothing else does.

All times and the half-life share one unit; the product stores int64 milliseconds.

References
----------
Cormode, Shkapenyuk, Srivastava and Xu (2009), Forward decay.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from shared.core.arrays import Float64
from shared.core.fixed_point import from_fixed, to_fixed
from shared.core.kmeans.prototype_sums import PrototypeSums


@dataclass(frozen=True)
class HalfLife:
    """Weights relative to a landmark: 1 for an event at it, 2 for one a half-life later.

    Parameters
    ----------
    half_life : > 0, in the unit of the times. Below about 180 days lapsed customers fade out of
        the model altogether.
    landmark : a time.

    Examples
    --------
    >>> HalfLife(half_life=180, landmark=1000).weights([1000, 1180, 820, 640]).tolist()
    [1.0, 2.0, 0.5, 0.25]
    """

    half_life: float
    landmark: float

    def __post_init__(self) -> None:
        if not (np.isfinite(self.half_life) and self.half_life > 0 and np.isfinite(self.landmark)):
            msg = (
                f"half_life should be positive and landmark finite; got {self.half_life} and {self.landmark}"
            )
            raise ValueError(msg)

    def weights(self, newest_event: ArrayLike) -> Float64:
        """Return the weight (n,) of customers by their newest event; 0 once it is below 2^-33.

        Rounded to 2^-32, as summed: store these.

        Raises
        ------
        ValueError : an event is 31 half-lives or more after the landmark: restate first.
        """
        # In the times' own type: int64 milliseconds lose nothing before the division.
        ages = np.asarray(np.asarray(newest_event) - self.landmark, dtype=np.float64) / self.half_life
        if ages.size and not ages.max() < 31:
            msg = (
                "events should be less than 31 half-lives after the landmark; "
                f"got {ages.max()}; restate with a newer landmark first"
            )
            raise ValueError(msg)
        return from_fixed(to_fixed(np.exp2(ages)))

    def moved_to(self, landmark: float) -> "HalfLife":
        """Return the rule with another landmark; every stored weight must be computed anew."""
        return replace(self, landmark=landmark)

    def rescaled(self, statistics: PrototypeSums, landmark: float) -> PrototypeSums:
        """Express sums relative to another landmark, without the customers behind them.

        Rounds each sum once, so the contributions in it no longer cancel to the last bit. Where
        customers are stored, restate instead: sum their new weights.
        """
        factor = np.exp2((self.landmark - landmark) / self.half_life)
        return PrototypeSums(
            to_fixed(from_fixed(statistics.sums) * factor),
            to_fixed(from_fixed(statistics.weights) * factor),
            statistics.counts,
        )
