"""Made-up data of the schema that a study reads, where the real set may not be shipped.

Seeded, and said to be made up wherever they are shown. The numbers are our own: they are plausible, not
a copy of anybody's.
"""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from batch.studies.reading.columns import DataFile
from shared.errors import InvalidConfig

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

SEED = 20_111_209


@dataclass(frozen=True)
class StandIn:
    """A set that can be made: how many rows unless told otherwise, and how many at least."""

    rows: int
    min_rows: int


KINDS: MappingProxyType[str, StandIn] = MappingProxyType(
    {
        "customer360": StandIn(rows=5_000, min_rows=2),
        "mall": StandIn(rows=200, min_rows=2),
        "retail": StandIn(rows=6_000, min_rows=2),
    }
)


def make(kind: str, rows: int | None = None, seed: int = SEED) -> "pd.DataFrame":
    """Make a set; the same kind, rows and seed give the same table.

    Raises
    ------
    InvalidConfig : no such kind, or fewer rows than it needs.
    """
    if kind not in KINDS:
        msg = f"there is no {kind!r} to generate; there are {', '.join(KINDS)}"
        raise InvalidConfig(msg)
    n_rows = KINDS[kind].rows if rows is None else rows
    if n_rows < KINDS[kind].min_rows:
        msg = f"--rows should be at least {KINDS[kind].min_rows}, got {n_rows}"
        raise InvalidConfig(msg)
    module = import_module(f"batch.studies.stand_ins.{kind}")
    return cast("Callable[[int, int], pd.DataFrame]", module.table)(n_rows, seed)


def write(kind: str, path: Path, rows: int | None = None, seed: int = SEED) -> int:
    """Write a set as CSV and return its rows.

    Raises
    ------
    InvalidConfig : see `make`; or the file cannot be written.
    """
    table = make(kind, rows, seed)
    try:
        table.to_csv(path, index=False, lineterminator="\n")
    except OSError as error:
        msg = f"cannot write {path}: {error.strerror or error}; give another file: --out FILE"
        raise InvalidConfig(msg) from error
    return len(table)


def own_data(kind: str, folder: Path) -> DataFile:
    """Write the usual set below a study's folder, and give its file."""
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    write(kind, data / f"{kind}.csv")
    return DataFile(data / f"{kind}.csv")
