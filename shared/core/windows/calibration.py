"""The limit that a budget of false alarms buys, by simulation.

Windows without any drift are drawn from the reference rows, each time against a reference drawn afresh,
so that the error of the reference is paid for. Counted is what the user would see: entries into the
state `drift`, with its confirmations and its hysteresis.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from shared.core.arrays import Bool, Float64, Int64
from shared.core.windows.detector import scores
from shared.core.windows.reference import SMOOTHING, Reference
from shared.core.windows.spans import MEMORY

POOL: Final = 200_000
"""Rows, at least, that windows of a segment are cut from, in shuffled order."""

TIMES: Final = 60
"""Simulated windows per run length: so many false alarms are counted, give or take an eighth."""

DRAWS: Final = 60
"""References drawn."""


@dataclass(frozen=True, eq=False)
class Population:
    """Rows to draw windows from: running sums of shuffled marks, one (n + 1, m) array a segment.

    reference : what was made of the rows.
    """

    running: tuple[Float64, ...]
    reference: Reference


def population(
    marks: Float64, labels: ArrayLike, reference: Reference, rng: np.random.Generator
) -> Population:
    """Prepare reference rows for drawing: marks (n, m), labels (n,) and what `summarise` made of them."""
    who = np.asarray(labels)
    running = tuple(_running(marks[who == label], rng) for label in range(len(reference.sums)))
    return Population(running, reference)


def draw_windows(world: Population, rows: int, phases: ArrayLike, rng: np.random.Generator) -> Float64:
    """Draw windows of so many rows: (t, k, m) sums for (t,) phases."""
    shares = _shares(world.reference.by_phase)
    counts = rng.multinomial(rows, shares[np.asarray(phases, dtype=np.int64)])
    parts = [_cut(running, n, rng) for running, n in zip(world.running, counts.T, strict=True)]
    return np.stack(parts, axis=1)


def draw_reference(world: Population, rng: np.random.Generator) -> Reference:
    """Draw a reference of as many rows as the rows were: what another sample might have said."""
    true = world.reference
    sizes = np.rint(true.by_phase.sum(axis=1)).astype(np.int64)
    drawn = rng.multinomial(sizes, _shares(true.by_phase)).astype(np.float64)
    by_phase = drawn + SMOOTHING / true.n_phases
    counts, before = by_phase.sum(axis=0)[:, None], np.maximum(true.sums[:, :1], 1.0)
    # So many rows that their means are normal; drawing every row would say the same for more.
    noise = rng.standard_normal(true.variances.shape) * np.sqrt(true.variances * counts)
    measured = counts * true.sums[:, 1:-1] / before + noise
    outliers = rng.poisson(true.sums[:, -1:] * counts / before) + SMOOTHING
    return Reference(by_phase, np.concatenate([counts, measured, outliers], axis=1), true.variances)


def limit_for(world: Population, rows: int, run_length: float, rng: np.random.Generator) -> float:
    """Return the limit at which a drift is confirmed once in `run_length` windows without any.

    Parameters
    ----------
    rows : in a window. run_length : windows between false alarms, `Budget.run_length(...)`.

    Raises
    ------
    ValueError : there is no row, or the run length is below 2.
    """
    if rows < 1 or not run_length >= 2:
        msg = f"windows should have rows and a run length of at least 2; got {rows} and {run_length}"
        raise ValueError(msg)
    length = MEMORY + int(np.ceil(TIMES * run_length / DRAWS))
    phases = np.arange(length) % world.reference.n_phases
    drawn = [
        scores(draw_windows(world, rows, phases, rng), draw_reference(world, rng), phases)
        for _ in range(DRAWS)
    ]
    return limit_of(np.array(drawn)[:, MEMORY:], run_length)


def limit_of(quiet: Float64, run_length: float) -> float:
    """Return the limit at which quiet scores (r, t) confirm a drift once in `run_length` windows."""
    low, high = 0.0, float(quiet.max()) + 1.0
    for _ in range(40):
        middle = (low + high) / 2
        too_many = alarms(quiet / middle).sum() * run_length > quiet.size
        low, high = (middle, high) if too_many else (low, middle)
    return high


def alarms(ratios: Float64) -> Bool:
    """Return (r, t): where each of r runs enters the state `drift`, by the rules of `states.advance`."""
    from shared.core import compiled  # noqa: PLC0415 - numba takes a second to import
    from shared.core.windows.alarm_loops import mark_entries  # noqa: PLC0415

    entered = np.zeros(ratios.shape, dtype=np.bool_)
    mark_entries(compiled.operand(ratios, np.float64), entered)
    return entered


def _shares(counts: Float64) -> Float64:
    shares: Float64 = counts / counts.sum(axis=-1, keepdims=True)
    return shares


def _running(marks: Float64, rng: np.random.Generator) -> Float64:
    size = max(POOL, len(marks))
    picked = marks[rng.integers(0, len(marks), size)] if len(marks) else np.zeros((size, marks.shape[1]))
    return np.concatenate([np.zeros((1, marks.shape[1])), np.cumsum(picked, axis=0)])


def _cut(running: Float64, counts: Int64, rng: np.random.Generator) -> Float64:
    """Sum so many rows in a row from a random place: as good as drawing them, at two look-ups a window."""
    starts = rng.integers(0, len(running) - counts)
    summed: Float64 = running[starts + counts] - running[starts]
    return summed
