"""The parts of the benchmark, and how much of each a run does."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from benchmarks.drift import part_hours, part_stock, part_windows
from benchmarks.drift.jobs import Workers
from benchmarks.drift.part_cost import cost_rows
from benchmarks.drift.part_hours import HoursExtent, hours_rows
from benchmarks.drift.part_stock import StockExtent, replay_rows, stock_rows
from benchmarks.drift.part_windows import WindowsExtent, windows_rows
from benchmarks.measured_rows import Row


@dataclass(frozen=True)
class DriftExtent:
    """How much of everything a run does."""

    windows: WindowsExtent
    stock: StockExtent
    hours: HoursExtent


FULL: Final = DriftExtent(part_windows.FULL, part_stock.FULL, part_hours.FULL)
QUICK: Final = DriftExtent(part_windows.QUICK, part_stock.QUICK, part_hours.QUICK)

Part = Callable[[DriftExtent, Workers, int, Path | None], list[Row]]
"""From the extent, the workers, the seed and a CDNOW file: rows."""


def _windows(extent: DriftExtent, workers: Workers, seed: int, _cdnow: Path | None) -> list[Row]:
    return windows_rows(extent.windows, workers, seed)


def _stock(extent: DriftExtent, workers: Workers, seed: int, _cdnow: Path | None) -> list[Row]:
    return stock_rows(extent.stock, workers, seed)


def _replays(extent: DriftExtent, workers: Workers, seed: int, cdnow: Path | None) -> list[Row]:
    return replay_rows(extent.stock, workers, seed, cdnow)


def _hours(extent: DriftExtent, workers: Workers, seed: int, _cdnow: Path | None) -> list[Row]:
    return hours_rows(extent.hours, workers, seed)


def _cost(extent: DriftExtent, _workers: Workers, seed: int, _cdnow: Path | None) -> list[Row]:
    return cost_rows(seed, is_quick=extent is QUICK)


PARTS: Final = MappingProxyType[str, Part](
    {"cost": _cost, "windows": _windows, "hours": _hours, "stock": _stock, "replays": _replays}
)
"""By the name that `--part` takes; what is timed comes first."""
