"""Streams of windows with a known change: rows from mixtures, segments from the nearest center.

The six cases are those of the baseline: 2 or 5 points of share moved from the largest to a middle
segment, at once or over 20 windows, a new group, a segment that moves, everything farther out.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np

from shared.core.arrays import Float64

REFERENCE_ROWS: Final = 20_000
WINDOW_ROWS: Final = 1_000
CHANGE_AT: Final = 50
"""First window of the change, from 0."""

HIT_WITHIN: Final = 30
SHARES: Final = (0.30, 0.22, 0.15, 0.12, 0.09, 0.06, 0.04, 0.02)
SPREAD: Final = 0.5
NEW_SHARE: Final = 0.03


@dataclass(frozen=True, eq=False)
class Mixture:
    """Where rows come from: shares (k,), centers (k, d), factors (k, d, d) of their covariances.

    tails : degrees of freedom of a t distribution, infinite for a normal one.
    season : (p, k) factors of the shares by phase.
    """

    shares: Float64
    centers: Float64
    factors: Float64
    tails: float = np.inf
    season: Float64 | None = None

    def at_phase(self, phase: int) -> Float64:
        """Return the (k,) shares in a phase."""
        if self.season is None:
            return self.shares
        shares: Float64 = self.shares * self.season[phase % len(self.season)]
        normalised: Float64 = shares / shares.sum()
        return normalised

    def draw(self, n: int, rng: np.random.Generator, phase: int = 0) -> Float64:
        """Draw (n, d) rows in random order."""
        which = np.searchsorted(np.cumsum(self.at_phase(phase))[:-1], rng.random(n), side="right")
        noise = rng.standard_normal((n, self.centers.shape[1]))
        if np.isfinite(self.tails):
            # Scaled to the variance of the normal one, so that heavy tails are all that differs.
            scale = np.sqrt((self.tails - 2) / rng.chisquare(self.tails, n))
            noise *= scale[:, None]
        rows: Float64 = self.centers[which] + np.einsum("nd,nde->ne", noise, self.factors[which])
        return rows


@dataclass(frozen=True)
class Family:
    """A kind of mixture. correlated : features within a segment are. season : a weekly cycle of shares."""

    name: str
    shares: tuple[float, ...] = SHARES
    features: int = 3
    tails: float = np.inf
    correlated: bool = False
    season: bool = False
    # Eight centers of spread 1.8 at least 1.6 apart are found by trial; more of them need more room.
    centers_spread: float = 1.8

    def draw(self, rng: np.random.Generator) -> Mixture:
        """Draw a mixture of this kind."""
        k, d = len(self.shares), self.features
        factors = np.repeat(np.eye(d)[None] * SPREAD, k, axis=0)
        if self.correlated:
            factors = np.array([_correlated(d, rng) for _ in range(k)])
        season = np.exp(0.25 * rng.standard_normal((7, k))) if self.season else None
        return Mixture(np.array(self.shares), self._centers(k, d, rng), factors, self.tails, season)

    def _centers(self, k: int, d: int, rng: np.random.Generator) -> Float64:
        while True:
            centers = rng.normal(0, self.centers_spread, (k, d))
            gaps = np.linalg.norm(centers[:, None] - centers[None], axis=2)
            if gaps[np.triu_indices(k, 1)].min() >= 1.6:
                return centers


def _correlated(d: int, rng: np.random.Generator) -> Float64:
    basis = np.linalg.qr(rng.standard_normal((d, d)))[0]
    widths = SPREAD * np.linspace(1.5, 0.5, d)
    factor: Float64 = (basis * widths) @ basis.T
    return factor


BASE: Final = Family("base")
HELD_OUT: Final = (
    Family("5 segments", shares=(0.35, 0.25, 0.2, 0.12, 0.08), features=4),
    Family(
        "12 segments",
        shares=(0.22, 0.16, 0.13, 0.1, 0.09, 0.08, 0.06, 0.05, 0.04, 0.03, 0.02, 0.02),
        centers_spread=2.2,
    ),
    Family("heavy tails", tails=4.0),
    Family("correlated", correlated=True),
    Family("weekly season", season=True),
)
"""Kinds of mixtures on which nothing was tuned."""

Change = Callable[[Mixture, float, np.random.Generator], Mixture]
"""From a mixture, how far the change is (0 to 1) and randomness that is the same for every window."""


def _moved(points: float) -> Change:
    def change(mixture: Mixture, progress: float, _rng: np.random.Generator) -> Mixture:
        shares = mixture.shares.copy()
        # From the largest to the segment nearest to 9 %, which is the fifth of the base family.
        to = int(np.argmin(np.abs(shares - 0.09)))
        shares[0] -= points * progress
        shares[to] += points * progress
        return replace(mixture, shares=shares)

    return change


def _emerging(mixture: Mixture, _progress: float, rng: np.random.Generator) -> Mixture:
    center = np.asarray(rng.normal(0, 1.8, mixture.centers.shape[1]))
    while np.linalg.norm(mixture.centers - center, axis=1).min() < 1.6:
        center = np.asarray(rng.normal(0, 1.8, mixture.centers.shape[1]))
    factor = np.eye(center.size) * SPREAD
    season = mixture.season
    if season is not None:
        season = np.column_stack([season, np.ones(len(season))])
    return replace(
        mixture,
        shares=np.append(mixture.shares * (1 - NEW_SHARE), NEW_SHARE),
        centers=np.vstack([mixture.centers, center]),
        factors=np.concatenate([mixture.factors, factor[None]]),
        season=season,
    )


def _moving(mixture: Mixture, _progress: float, rng: np.random.Generator) -> Mixture:
    centers = mixture.centers.copy()
    direction = rng.standard_normal(centers.shape[1])
    which = int(np.argmin(np.abs(mixture.shares - 0.15)))
    centers[which] += SPREAD * direction / np.linalg.norm(direction)
    return replace(mixture, centers=centers)


def _scaled(mixture: Mixture, _progress: float, _rng: np.random.Generator) -> Mixture:
    return replace(mixture, centers=mixture.centers * 1.05)


@dataclass(frozen=True)
class Onset:
    """A change, and over how many windows it comes."""

    name: str
    change: Change
    over: int = 1

    def progress(self, window: int) -> float:
        """Return how far the change is in a window: 0 before, 1 when it is complete."""
        return float(np.clip((window - CHANGE_AT + 1) / self.over, 0, 1))


CASES: Final = MappingProxyType(
    {
        case.name: case
        for case in (
            Onset("share2", _moved(0.02)),
            Onset("share5", _moved(0.05)),
            Onset("grad5", _moved(0.05), over=20),
            Onset("emerge3", _emerging),
            Onset("move", _moving),
            Onset("scale", _scaled),
        )
    }
)
