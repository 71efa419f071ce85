"""Measure full re-clusterings: one run, a printed table, a CSV to keep."""

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.models.report import Row, about_run, as_json, table, verdict, write_csv
from benchmarks.reclustering.customers import LAST_DAY, tables
from benchmarks.reclustering.size import size_rows
from benchmarks.reclustering.speed import speed_rows
from benchmarks.reclustering.unchanged import unchanged_rows

LIBRARIES = ("numpy", "numba", "scikit-learn")


@dataclass(frozen=True)
class Extent:
    """How much a run does. days : of the tables that are refitted, counted from the first.

    customers : synthetic ones that both engines cluster.
    """

    days: tuple[int, ...]
    refits: int
    cold_runs: int
    rounds: int
    customers: int


FULL = Extent(days=(120, 212, LAST_DAY), refits=50, cold_runs=10, rounds=7, customers=1_000_000)
QUICK = Extent(days=(LAST_DAY,), refits=5, cold_runs=2, rounds=3, customers=20_000)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run everything and say how it went; the exit code is 0 whatever the figures are."""
    options = _parser().parse_args(arguments)
    start = time.perf_counter()
    rows = measure(QUICK if options.quick else FULL, options.seed)
    about = about_run(options, time.perf_counter() - start, LIBRARIES)
    if options.out is not None:
        write_csv(rows, options.out)
    if options.json:
        print(as_json(rows, about, _summary(rows)))
    else:
        print(table(rows), "", verdict(rows), ", ".join(f"{k} {v}" for k, v in about.items()), sep="\n")
    return 0


def measure(extent: Extent, seed: int) -> list[Row]:
    """Time a run while nothing else goes on, then refit every table."""
    found = tables(extent.days)
    rows = speed_rows(found[-1], extent.rounds, seed)
    for customers in found:
        print(f"refitting {customers.n:,} customers {extent.refits} times", file=sys.stderr, flush=True)
        rows += unchanged_rows(customers, extent.refits, extent.cold_runs, seed)
    return rows + size_rows(extent.customers, seed)


def _summary(rows: Sequence[Row]) -> dict[str, Any]:
    judged = [row for row in rows if row.target is not None]
    missed = [f"{row.data}: {row.measure}" for row in judged if row.met == "no"]
    return {"targets": len(judged), "targets_met": len(judged) - len(missed), "missed": missed}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reclustering", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="a few minutes: one table, five refits, 20,000 customers"
    )
    parser.add_argument("--out", type=Path, help="keep the rows as CSV in this file")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of the table")
    parser.add_argument("--seed", type=int, default=0, help="of everything that is drawn (default 0)")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
