"""Which prototypes live: death by time without support, revival where customers are badly served.

Size never kills. A 0.5% segment that still has customers keeps its center for ever, whatever the
largest one weighs. A dead prototype stays where it is until enough customers that no center
describes stand close together; then it moves there, which is a new segment and announced as one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shared.core.checks import checked_centers, checked_table
from shared.core.kmeans.assignment import assign

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

# A group of 5% of the high-error customers is missed by all these draws once in 700 times.
N_TRIES = 128


@dataclass(frozen=True, eq=False)
class Support:
    """When each prototype last had a customer.

    Parameters
    ----------
    last_supported_at_ms : (k,) int64, UTC milliseconds since the epoch.
    """

    last_supported_at_ms: Int64

    def __post_init__(self) -> None:
        own = np.array(self.last_supported_at_ms, dtype=np.int64)
        own.setflags(write=False)
        object.__setattr__(self, "last_supported_at_ms", own)

    @classmethod
    def starting(cls, k: int, at_ms: int) -> "Support":
        """Return the support of k prototypes that begin to live at `at_ms`."""
        return cls(np.full(k, at_ms, dtype=np.int64))

    def seen(self, counts: ArrayLike, at_ms: int) -> "Support":
        """Return the support after prototypes with positive `counts` (k,) had customers at `at_ms`."""
        is_supported = np.asarray(counts) > 0
        later = np.maximum(self.last_supported_at_ms, at_ms)
        return Support(np.where(is_supported, later, self.last_supported_at_ms))

    def ages_ms(self, at_ms: int) -> Int64:
        """Return the time (k,) since the last support, never negative."""
        ages: Int64 = np.maximum(at_ms - self.last_supported_at_ms, 0)
        return ages

    def dead(self, at_ms: int, *, max_age_ms: int) -> Int64:
        """Return the labels without support for longer than `max_age_ms`, in order."""
        return np.flatnonzero(self.ages_ms(at_ms) > max_age_ms)


@dataclass(frozen=True)
class Emerge:
    """A prototype took up a new place: a new segment, not the return of the old one.

    Parameters
    ----------
    label : the prototype.
    n_customers : high-error customers within the error limit of its new place.
    at_ms : UTC milliseconds since the epoch.
    """

    label: int
    n_customers: int
    at_ms: int


@dataclass(frozen=True, eq=False)
class Revival:
    """Centers after reviving, the support that goes with them, and what to announce."""

    centers: Float64
    support: Support
    events: tuple[Emerge, ...]

    def __post_init__(self) -> None:
        self.centers.setflags(write=False)


def revive(
    X: ArrayLike,
    centers: ArrayLike,
    support: Support,
    *,
    at_ms: int,
    max_age_ms: int,
    error_limit: float,
    min_customers: int,
    rng: np.random.Generator,
) -> Revival:
    """Move dead prototypes to groups of high-error customers; call it before a restate.

    A high-error customer is further than `error_limit` from every living center. Each dead
    prototype in turn goes to the place that has most of them within `error_limit`, as long as
    there are `min_customers`; those are served, and the next one looks among the rest.

    Parameters
    ----------
    X : (n, d) scaled features. centers : (k, d).
    error_limit : distance in scaled units, for example a high quantile of the champion's.
    min_customers : >= 1.
    """
    old = checked_centers(centers)
    dead = support.dead(at_ms, max_age_ms=max_age_ms)
    # With every prototype dead there is no living center to be far from.
    if not len(dead) or len(dead) == len(old):
        return Revival(old.copy(), support, ())
    rows, new, events = checked_table(X, "X"), old.copy(), []
    unserved = rows[assign(rows, np.delete(old, dead, axis=0)).distances > error_limit]
    for label in dead:
        if len(unserved) < min_customers:
            break
        place = _fullest_place(unserved, error_limit, rng)
        is_served = _distances(unserved, place) <= error_limit
        if is_served.sum() < min_customers:
            break
        new[label] = place
        events.append(Emerge(int(label), int(is_served.sum()), at_ms))
        unserved = unserved[~is_served]
    reborn = np.isin(np.arange(len(old)), [event.label for event in events])
    return Revival(new, support.seen(reborn, at_ms), tuple(events))


def _fullest_place(rows: Float64, radius: float, rng: np.random.Generator) -> Float64:
    """Return the mean of the fullest ball around a row, of up to `N_TRIES` drawn rows."""
    tries = rng.choice(len(rows), size=min(len(rows), N_TRIES), replace=False)
    balls = (_distances(rows, rows[at]) <= radius for at in tries)
    fullest = max(balls, key=np.count_nonzero)
    place: Float64 = rows[fullest].mean(axis=0)
    return place


def _distances(rows: Float64, place: Float64) -> Float64:
    return assign(rows, place[np.newaxis]).distances
