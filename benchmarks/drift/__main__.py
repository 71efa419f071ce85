"""Measure the drift alarms: false ones against the budget, and the delay of true ones."""

import argparse
import os
from pathlib import Path

from benchmarks import command
from benchmarks.drift.drift_parts import FULL, PARTS, QUICK
from benchmarks.drift.jobs import Workers
from benchmarks.measured_rows import Row

LIBRARIES = ("numpy", "scipy", "river")


def _parser() -> argparse.ArgumentParser:
    parser = command.flags("drift", __doc__, "some minutes, most of them for cost: few streams, wide errors")
    command.add_seed(parser)
    parser.add_argument("--part", action="append", choices=tuple(PARTS), help="only this part; repeatable")
    parser.add_argument(
        "--resume",
        type=Path,
        metavar="DIR",
        help="keep results in this folder, and do not repeat those there",
    )
    parser.add_argument("--cdnow", type=Path, metavar="FILE", help="also replay this CDNOW master file (CSV)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at once")
    return parser


def _measure(options: argparse.Namespace) -> list[Row]:
    kept = options.resume / ("quick" if options.quick else "full") if options.resume else None
    workers, extent = Workers(options.jobs, kept), QUICK if options.quick else FULL
    parts = (PARTS[name] for name in options.part or PARTS)
    return [row for part in parts for row in part(extent, workers, options.seed, options.cdnow)]


if __name__ == "__main__":
    raise SystemExit(command.run(_parser(), _measure, LIBRARIES))
