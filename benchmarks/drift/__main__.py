"""Measure the drift alarms: false ones against the budget, and the delay of true ones."""

import argparse
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.drift.jobs import Workers
from benchmarks.drift.parts import FULL, PARTS, QUICK
from benchmarks.models.report import Row, about_run, as_json, table, verdict, write_csv

LIBRARIES = ("numpy", "scipy", "river")


def main(arguments: list[str] | None = None) -> int:
    """Run the parts and say how they went; the exit code is 0 whatever the figures are."""
    options = _parser().parse_args(arguments)
    start = time.perf_counter()
    kept = options.resume / ("quick" if options.quick else "full") if options.resume else None
    workers = Workers(options.jobs, kept)
    extent = QUICK if options.quick else FULL
    rows = [
        row
        for name in options.part or PARTS
        for row in PARTS[name](extent, workers, options.seed, options.cdnow)
    ]
    about = about_run(options, time.perf_counter() - start, LIBRARIES)
    if options.out is not None:
        write_csv(rows, options.out)
    if options.json:
        print(as_json(rows, about, _summary(rows)))
    else:
        print(table(rows), "", verdict(rows), ", ".join(f"{k} {v}" for k, v in about.items()), sep="\n")
    return 0


def _summary(rows: Sequence[Row]) -> dict[str, Any]:
    judged = [row for row in rows if row.met]
    missed = [row for row in judged if row.met == "no"]
    return {"targets": len(judged), "missed": len(missed), "targets_met": not missed}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.drift", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="some minutes, most of them for cost: few streams, wide errors"
    )
    parser.add_argument("--part", action="append", choices=tuple(PARTS), help="only this part; repeatable")
    parser.add_argument("--out", type=Path, help="keep the rows as CSV in this file")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of the table")
    parser.add_argument("--seed", type=int, default=0, help="of everything that is drawn (default 0)")
    parser.add_argument(
        "--resume",
        type=Path,
        metavar="DIR",
        help="keep results in this folder, and do not repeat those there",
    )
    parser.add_argument("--cdnow", type=Path, metavar="FILE", help="also replay this CDNOW master file (CSV)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at once")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
