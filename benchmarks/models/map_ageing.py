"""How a map ages that settles at radius 1 every day, beside a fresh map of the same table."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from minisom import MiniSom

from benchmarks.measured_rows import Bound, Row
from benchmarks.models.contest import spread
from benchmarks.models.contest_history import Day
from benchmarks.models.followers import Feed, fed
from shared.core.arrays import Float64
from shared.core.som.grid import SomGrid
from shared.core.som.quality import quantization_error, topographic_error
from shared.core.som.reopening import needs_reopening, reopen, settle
from shared.core.som.train import train_som
from shared.core.som.units import best_two_units

SECTION = "Ageing of the map"
QUANTIZATION, TOPOGRAPHIC = Bound("<=", 1.02), Bound("<=", 0.02)
ONLINE_RATE = 0.05


@dataclass(frozen=True)
class MapErrors:
    """Errors of one map on one day, against the fresh map: QE as ratio, TE as difference."""

    quantization_ratio: float
    topographic_rise: float


class LearningMap(Protocol):
    """A map that follows the customers day by day."""

    def learn(self, day: Day) -> None:
        """Take in what happened on a day."""

    @property
    def weights(self) -> Float64:
        """Return weights (n_units, d)."""


class SettledMap:
    """The stream's way: settle on the whole table, loosened where drift has torn the map."""

    def __init__(self, grid: SomGrid, weights: Float64, fresh_topographic_error: float) -> None:
        self._grid, self.weights, self._fresh = grid, weights, fresh_topographic_error
        self.n_reopened = 0

    def learn(self, day: Day) -> None:
        """Restate the map."""
        settled = settle(day.rows, self.weights, self._grid)
        if needs_reopening(settled.topographic_error, self._fresh):
            self.n_reopened += 1
            settled = reopen(day.rows, settled.weights, self._grid)
        self.weights = settled.weights


class MiniSomMap:
    """MiniSom's rule at radius 1 and a constant rate."""

    def __init__(self, grid: SomGrid, weights: Float64, feed: Feed) -> None:
        self._feed: Feed = feed
        shape = (grid.rows, grid.cols, weights.shape[1])
        self._model = MiniSom(*shape, sigma=1.0, learning_rate=ONLINE_RATE)
        self._model._weights = weights.reshape(shape).copy()  # noqa: SLF001

    def learn(self, day: Day) -> None:
        """Learn each row once."""
        for row in fed(day, self._feed):
            # Always as the first of many iterations: rate and radius stay where they are.
            self._model.update(row, self._model.winner(row), 0, 1)

    @property
    def weights(self) -> Float64:
        """Return weights (n_units, d)."""
        found = np.asarray(self._model.get_weights(), dtype=np.float64)
        return found.reshape(-1, found.shape[2])


class FrozenMap:
    """The first map, never touched."""

    def __init__(self, weights: Float64) -> None:
        self.weights = weights

    def learn(self, day: Day) -> None:
        """Learn nothing."""


def map_ageing(
    days: tuple[Day, ...], data: str, *, side: int, looks: int, seed: int, with_whole_tables: bool
) -> list[Row]:
    """Follow a map of side x side units from the first day on."""
    later = days[1:]
    grid = SomGrid(side, side)
    first = train_som(days[0].rows, grid, rng=np.random.default_rng(seed))
    ours = SettledMap(grid, first.weights, first.topographic_error)
    maps: dict[str, LearningMap] = {
        "ours, settled daily": ours,
        "MiniSom's online rule": MiniSomMap(grid, first.weights, "touched"),
        "first map, frozen": FrozenMap(first.weights),
    }
    if with_whole_tables:
        maps["MiniSom's online rule, whole table"] = MiniSomMap(grid, first.weights, "table")
    positions = set(spread(len(later), looks))
    seen: dict[str, list[MapErrors]] = {name: [] for name in maps}
    for position, day in enumerate(later):
        for model in maps.values():
            model.learn(day)
        if position in positions:
            fresh = train_som(day.rows, grid, rng=np.random.default_rng(seed))
            for name, model in maps.items():
                seen[name].append(
                    _look(day, model.weights, grid, fresh.quantization_error, fresh.topographic_error)
                )
    case = f"map of day {days[0].day + 1}, {side}x{side}"
    rows = [row for name, found in seen.items() for row in _rows(data, case, name, found)]
    return [*rows, Row(SECTION, data, "ours, settled daily", case, "days reopened", ours.n_reopened)]


def _look(day: Day, weights: Float64, grid: SomGrid, quantization: float, topographic: float) -> MapErrors:
    best = best_two_units(day.rows, weights)
    return MapErrors(quantization_error(best) / quantization, topographic_error(best, grid) - topographic)


def _rows(data: str, case: str, name: str, seen: list[MapErrors]) -> list[Row]:
    is_judged = name.startswith("ours")
    ratios = np.array([look.quantization_ratio for look in seen])
    rises = np.array([look.topographic_rise for look in seen])
    quantization, topographic = (QUANTIZATION, TOPOGRAPHIC) if is_judged else (None, None)
    note = f"{len(seen)} fresh maps"
    return [
        Row(SECTION, data, name, case, "QE / fresh, mean", float(ratios.mean()), quantization, note),
        Row(SECTION, data, name, case, "QE / fresh, max", float(ratios.max()), quantization, note),
        Row(SECTION, data, name, case, "TE - fresh, mean", float(rises.mean()), topographic, note),
        Row(SECTION, data, name, case, "TE - fresh, max", float(rises.max()), topographic, note),
    ]
