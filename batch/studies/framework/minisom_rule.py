"""Learning row by row, as MiniSom does."""

from shared.core.arrays import Float64
from shared.core.som.decay import Schedule
from shared.core.som.grid import SomGrid
from shared.core.som.online_rule import train_online

LEARNING_RATE_START = 0.5
FALL = 3.0
"""MiniSom's asymptotic decay: the last step is this many times smaller than the first."""


def learn(rows: Float64, start: Float64, grid: SomGrid, sigma_start: float) -> Float64:
    """Return the weights after one step for each of `rows`, radius and rate falling as MiniSom lets them.

    Parameters
    ----------
    rows : (n, d) in the order they are learnt. start : (n_units, d). sigma_start : first radius, grid units.
    """
    n = len(rows)
    radius = Schedule(n + 1, sigma_start, sigma_start / FALL, "asymptotic")
    rate = Schedule(n + 1, LEARNING_RATE_START, LEARNING_RATE_START / FALL, "asymptotic")
    steps = range(n)
    return train_online(
        rows, start, grid, sigmas=[radius.at(t) for t in steps], learning_rates=[rate.at(t) for t in steps]
    )
