"""Measure the models: one run, a printed table, a CSV to keep."""

import argparse
import os
import time
from pathlib import Path

from benchmarks.models.plan import FULL, QUICK
from benchmarks.models.report import about_run, as_json, table, verdict, write_csv
from benchmarks.models.run import measure

LIBRARIES = ("numpy", "numba", "scikit-learn", "river", "minisom")


def main(arguments: list[str] | None = None) -> int:
    """Run everything and say how it went; the exit code is 0 whatever the figures are."""
    options = _parser().parse_args(arguments)
    start = time.perf_counter()
    rows = measure(QUICK if options.quick else FULL, options.cdnow, options.seed, options.jobs)
    about = about_run(options, time.perf_counter() - start, LIBRARIES)
    if options.out is not None:
        write_csv(rows, options.out)
    if options.json:
        print(as_json(rows, about))
    else:
        print(table(rows), "", verdict(rows), ", ".join(f"{k} {v}" for k, v in about.items()), sep="\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.models", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="a minute instead of ten: fewer seeds, days and rows"
    )
    parser.add_argument("--out", type=Path, help="keep the rows as CSV in this file")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of the table")
    parser.add_argument("--seed", type=int, default=0, help="of everything that is drawn (default 0)")
    parser.add_argument("--cdnow", type=Path, metavar="FILE", help="also follow this CDNOW master file (CSV)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="quality jobs at once")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
