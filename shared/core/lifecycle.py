"""Which prototypes live: death by time without support, revival where customers are badly served.

Size never kills. A 0.5% segment that still has customers keeps its center for ever, whatever the
largest one weighs. A dead prototype stays where it is until enough customers that no center
describes stand close together; then it moves there, which is a new segment and announced as one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shared.core.checks import checked_centers
from shared.core.kmeans import assign
from shared.core.lloyd import fit_kmeans

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]


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
    n_customers : high-error customers that are nearer to its new place than to their own center.
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

    The customers further than `error_limit` from every living center are clustered into one group
    more than there are dead prototypes (so that a single death does not average two groups); the
    largest groups with at least `min_customers` customers that gain by the move are taken.

    Parameters
    ----------
    X : (n, d) scaled features. centers : (k, d).
    error_limit : distance in scaled units, for example a high quantile of the champion's.
    min_customers : >= 1.
    """
    old = checked_centers(centers)
    dead = support.dead(at_ms, max_age_ms=max_age_ms)
    # With every prototype dead there is no living center to be far from: nothing to compare with.
    if not len(dead) or len(dead) == len(old):
        return Revival(old.copy(), support, ())
    groups = _badly_served(
        np.asarray(X, dtype=np.float64), np.delete(old, dead, axis=0), error_limit, len(dead), rng
    )
    taken = [(size, center) for size, center in groups if size >= min_customers][: len(dead)]
    new, counts, events = old.copy(), np.zeros(len(old), dtype=np.int64), []
    for label, (size, center) in zip(dead, taken, strict=False):
        new[label], counts[label] = center, size
        events.append(Emerge(int(label), size, at_ms))
    return Revival(new, support.seen(counts, at_ms), tuple(events))


def _badly_served(
    X: Float64, living: Float64, error_limit: float, n_dead: int, rng: np.random.Generator
) -> list[tuple[int, Float64]]:
    """Return (customers that gain, center) of each group of high-error customers, largest first."""
    distances = assign(X, living).distances
    is_far = distances > error_limit
    if not is_far.any():
        return []
    far, errors = X[is_far], distances[is_far]
    fit = fit_kmeans(far, n_dead + 1, n_starts=5, rng=rng)
    settled = assign(far, fit.centers)
    gains = np.bincount(settled.labels[settled.distances < errors], minlength=n_dead + 1)
    order = np.argsort(-gains, kind="stable")
    return [(int(gains[label]), fit.centers[label]) for label in order]
