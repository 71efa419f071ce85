"""Measure full re-clusterings: one run, a printed table, a CSV to keep."""

import argparse
import sys
from dataclasses import dataclass

from benchmarks import command
from benchmarks.measured_rows import Row
from benchmarks.reclustering.retail_customers import LAST_DAY, tables
from benchmarks.reclustering.size import size_rows
from benchmarks.reclustering.speed import speed_rows
from benchmarks.reclustering.unchanged import unchanged_rows

LIBRARIES = ("numpy", "numba", "scikit-learn")


@dataclass(frozen=True)
class ReclusteringExtent:
    """How much a run does. days : of the tables that are refitted, counted from the first.

    customers : synthetic ones that both engines cluster.
    """

    days: tuple[int, ...]
    refits: int
    cold_runs: int
    rounds: int
    customers: int


FULL = ReclusteringExtent(days=(120, 212, LAST_DAY), refits=50, cold_runs=10, rounds=7, customers=1_000_000)
QUICK = ReclusteringExtent(days=(LAST_DAY,), refits=5, cold_runs=2, rounds=3, customers=20_000)


def _parser() -> argparse.ArgumentParser:
    parser = command.flags("reclustering", __doc__, "a few minutes: one table, five refits, 20,000 customers")
    command.add_seed(parser)
    return parser


def _measure(options: argparse.Namespace) -> list[Row]:
    """Time a run while nothing else goes on, then refit every table."""
    extent, seed = QUICK if options.quick else FULL, options.seed
    found = tables(extent.days)
    rows = speed_rows(found[-1], extent.rounds, seed)
    for customers in found:
        print(f"refitting {customers.n:,} customers {extent.refits} times", file=sys.stderr, flush=True)
        rows += unchanged_rows(customers, extent.refits, extent.cold_runs, seed)
    return rows + size_rows(extent.customers, seed)


if __name__ == "__main__":
    raise SystemExit(command.run(_parser(), _measure, LIBRARIES))
