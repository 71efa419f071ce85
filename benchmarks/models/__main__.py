"""Measure the models: one run, a printed table, a CSV to keep."""

import argparse
import os
from pathlib import Path

from benchmarks import command
from benchmarks.measured_rows import Row
from benchmarks.models.carrying_out import measure
from benchmarks.models.contest_plan import FULL, QUICK

LIBRARIES = ("numpy", "numba", "scikit-learn", "river", "minisom")


def _parser() -> argparse.ArgumentParser:
    parser = command.flags("models", __doc__, "a minute instead of ten: fewer seeds, days and rows")
    command.add_seed(parser)
    parser.add_argument("--cdnow", type=Path, metavar="FILE", help="also follow this CDNOW master file (CSV)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="quality jobs at once")
    return parser


def _measure(options: argparse.Namespace) -> list[Row]:
    return measure(QUICK if options.quick else FULL, options.cdnow, options.seed, options.jobs)


if __name__ == "__main__":
    raise SystemExit(command.run(_parser(), _measure, LIBRARIES))
