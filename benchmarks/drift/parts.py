"""The parts of the benchmark, and how much of each a run does."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from benchmarks.drift import part_windows
from benchmarks.drift.jobs import Workers
from benchmarks.drift.part_windows import WindowsExtent, windows_rows
from benchmarks.models.report import Row


@dataclass(frozen=True)
class Extent:
    """How much of everything a run does."""

    windows: WindowsExtent


FULL: Final = Extent(part_windows.FULL)
QUICK: Final = Extent(part_windows.QUICK)


def _windows(extent: Extent, workers: Workers, seed: int, _cdnow: Path | None) -> list[Row]:
    return windows_rows(extent.windows, workers, seed)


Part = Callable[[Extent, Workers, int, Path | None], list[Row]]

PARTS: Final = MappingProxyType[str, Part]({"windows": _windows})
"""By the name that `--part` takes."""
