"""The command line of a benchmark: the same flags, and the same ways to show rows, for all of them."""

import argparse
import os
import platform
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.measured_rows import Row, as_json, table, verdict, write_csv


def flags(name: str, about: str, quick: str) -> argparse.ArgumentParser:
    """Return the flags that every benchmark has. name : of its package. quick : what that flag saves."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}", description=about)
    parser.add_argument("--quick", action="store_true", help=quick)
    parser.add_argument("--out", type=Path, metavar="FILE", help="keep the rows as CSV in this file")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of the table")
    return parser


def add_seed(parser: argparse.ArgumentParser) -> None:
    """Let the user say from which seed to draw."""
    parser.add_argument("--seed", type=int, default=0, help="of everything that is drawn (default 0)")


def run(
    parser: argparse.ArgumentParser,
    measure: Callable[[argparse.Namespace], list[Row]],
    libraries: Sequence[str] = (),
) -> int:
    """Measure and say how it went; the exit code is 0 whatever the figures are."""
    options = parser.parse_args()
    start = perf_counter()
    rows = measure(options)
    about = _about(options, perf_counter() - start, libraries)
    if options.out is not None:
        write_csv(rows, options.out)
    if options.json:
        print(as_json(rows, about))
    else:
        print(table(rows), "", verdict(rows), ", ".join(f"{k} {v}" for k, v in about.items()), sep="\n")
    return 0


def _about(options: argparse.Namespace, seconds: float, libraries: Sequence[str]) -> dict[str, Any]:
    """Say how long a run took, in which mode, from which seed, and on what."""
    return {
        "mode": "quick" if options.quick else "full",
        **({"seed": options.seed} if "seed" in options else {}),
        "seconds": round(seconds),
        "cpus": os.cpu_count(),
        "load_1m": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        **{name: version(name) for name in libraries},
    }
