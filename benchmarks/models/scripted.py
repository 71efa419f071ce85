"""Streams whose truth is known: customers of named segments, and one scripted event in each.

A customer stands at its segment's place plus an offset of its own, and is seen at a new place only
when it buys; nothing else moves it. Places are in deviations within a segment, 1 along every axis; the
contenders get rows divided by the champion's deviation, one for all axes: a deviation for each axis
would squeeze the directions that segments lie in, and six deviations would no longer be six.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.models.history import ContestChampion, ContestHistory, Day
from shared.core.arrays import Bool, Float64, Int64
from shared.core.fixed_point import from_fixed, to_fixed
from shared.core.kmeans.assignment import assign, restate

DAYS = 60
EVENT_START, EVENT_END = 10, 40
N_CUSTOMERS = 2_000
TOUCHED_SHARE = 0.1
_OWN, _NOISE = 0.8, 0.6  # deviations of the lasting offset and of each visit: 1 together
PLACES = np.array([[0.0, 0.0, 0.0], [6.0, 0.0, 0.0], [0.0, 6.0, 0.0], [0.0, 0.0, 6.0]])
SHARES = np.array([0.4, 0.3, 0.2, 0.1])


@dataclass(frozen=True, eq=False)
class World:
    """What a script may change: places (s, 3) of the segments and each customer's segment (n,)."""

    places: Float64
    segments: Int64
    is_present: Bool


@dataclass(frozen=True, eq=False)
class Standardisation:
    """The champion's standardisation: means (3,), and the deviation over all axes."""

    means: Float64
    deviation: float


Script = Callable[[World, float], World]
"""From the world at the start and how much of the event is over (0 to 1): the world now."""


def quiet(world: World, _progress: float) -> World:
    """Nothing happens."""
    return world


def birth(world: World, progress: float) -> World:
    """Newcomers gather at an empty place, a fifth of all customers in the end."""
    places = np.vstack([world.places, [6.0, 6.0, 6.0]])
    n = len(world.segments)
    newcomers = np.arange(n) >= 0.8 * n
    arrived = np.arange(n) < (0.8 + 0.2 * progress) * n
    return World(places, np.where(newcomers, len(world.places), world.segments), arrived)


def death(world: World, progress: float) -> World:
    """One segment's customers turn, one after the other, into customers of another."""
    left = np.cumsum(world.segments == 2) <= progress * np.sum(world.segments == 2)
    return World(world.places, np.where((world.segments == 2) & left, 0, world.segments), world.is_present)


def split(world: World, progress: float) -> World:
    """Every other customer of the largest segment drifts away from it, six deviations in the end."""
    places = np.vstack([world.places, world.places[0] + progress * np.array([-6.0, 0.0, 0.0])])
    odd = np.arange(len(world.segments)) % 2 == 1
    segments = np.where((world.segments == 0) & odd & (progress > 0), len(world.places), world.segments)
    return World(places, segments, world.is_present)


def merge(world: World, progress: float) -> World:
    """Two segments approach each other and become one."""
    places = world.places.copy()
    places[3] += progress * (places[2] - places[3])
    segments = np.where((world.segments == 3) & (progress >= 1), 2, world.segments)
    return World(places, segments, world.is_present)


def drift(world: World, progress: float) -> World:
    """Everybody moves three deviations the same way."""
    return World(world.places + 3 * progress / np.sqrt(3), world.segments, world.is_present)


def season(world: World, progress: float) -> World:
    """Two segments move away by three deviations and come back."""
    places = world.places.copy()
    places[1:3] += 3 * np.sin(np.pi * progress) * np.array([0.0, 0.0, 1.0])
    return World(places, world.segments, world.is_present)


SCRIPTS: dict[str, Script] = {
    "quiet": quiet,
    "birth": birth,
    "death": death,
    "split": split,
    "merge": merge,
    "drift": drift,
    "season": season,
}


def scripted(
    script: Script, seed: int, *, n_customers: int = N_CUSTOMERS, n_days: int = DAYS
) -> ContestHistory:
    """Play a script from a champion that was fitted just before it."""
    rng = np.random.default_rng(seed)
    segments = rng.choice(len(SHARES), n_customers, p=SHARES)
    return play(World(PLACES, segments, np.ones(n_customers, np.bool_)), script, rng, n_days, TOUCHED_SHARE)


def play(
    world: World, script: Script, rng: np.random.Generator, n_days: int, touched_share: float
) -> ContestHistory:
    """Let customers buy day by day under a script; the champion's centers are those of the true segments."""
    n = len(world.segments)
    offsets = rng.normal(0, _OWN, (n, 3))
    now = script(world, 0.0)
    rows = _visit(now, offsets, rng)
    scale = _scale_of(rows[now.is_present])
    days = [_day(0, now, rows, np.zeros(n, np.bool_), scale)]
    for day in range(1, n_days + 1):
        before = now.is_present
        now = script(world, progress_on(day))
        touched = now.is_present & ((rng.random(n) < touched_share) | ~before)
        rows = np.where(touched[:, np.newaxis], _visit(now, offsets, rng), rows)
        days.append(_day(day, now, rows, touched, scale))
    return ContestHistory(_champion(days[0]), tuple(days[1:]))


def _scale_of(rows: Float64) -> Standardisation:
    return Standardisation(rows.mean(axis=0), float(np.sqrt(rows.var(axis=0).mean())))


def progress_on(day: int) -> float:
    """Return how much of the event is over, 0 to 1."""
    return float(np.clip((day - EVENT_START) / (EVENT_END - EVENT_START), 0, 1))


def _visit(world: World, offsets: Float64, rng: np.random.Generator) -> Float64:
    return world.places[world.segments] + offsets + rng.normal(0, _NOISE, offsets.shape)


def _day(day: int, world: World, rows: Float64, touched: Bool, scale: Standardisation) -> Day:
    here = np.flatnonzero(world.is_present)
    vectors = to_fixed((rows[here] - scale.means) / scale.deviation)
    return Day(day, here, from_fixed(vectors), touched[here], world.segments[here])


def _champion(table: Day) -> ContestChampion:
    """Return the local optimum nearest to the truth: the champion has every segment that is there."""
    assert table.truth is not None
    means = np.array([table.rows[table.truth == segment].mean(axis=0) for segment in np.unique(table.truth)])
    return ContestChampion(table, restate(to_fixed(table.rows), means, max_passes=100, tolerance=0.0).centers)


def label_of(day: Day, centers: Float64, segment: int) -> tuple[float, float]:
    """Return purity and recall of the label that holds most of a true segment.

    (0, 0) without centers or without customers of it.
    """
    assert day.truth is not None
    members = day.truth == segment
    if not len(centers) or not members.any():
        return 0.0, 0.0
    labels = assign(day.rows, centers).labels
    held = np.bincount(labels[members], minlength=len(centers))
    label = int(held.argmax())
    return float(held[label] / np.sum(labels == label)), float(held[label] / members.sum())
