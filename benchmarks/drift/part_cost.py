"""What watching costs: processor time of a window's and of a day's detection."""

import time
from collections.abc import Callable
from typing import Final

import numpy as np

from benchmarks.drift.champion import champion, windows
from benchmarks.drift.mixtures import BASE
from benchmarks.models.report import Row, Target
from shared.core.windows.bundle import observe, start
from shared.core.windows.spans import MEMORY

CUSTOMERS: Final = 20_000
"""Touched in a micro-batch of 200,000 lines, as in the benchmark of the stream."""

MICRO_BATCH_S: Final = 2.24
"""Processor seconds of Python for such a micro-batch (docs/benchmarks.md: 1.12 per 100,000 lines); what
mongod, the broker and the JVM take comes on top and is left out, which makes the share look larger."""

ROUNDS: Final = 9


def cost_rows(seed: int) -> list[Row]:
    """Time the measuring of a window's rows and the verdict."""
    fitted = champion(BASE, seed, 40_000)
    drawn = windows(fitted, None, MEMORY, [seed, 40_000])
    detector = start(fitted.reference, 5.0)
    for window in drawn:
        detector, _ = observe(detector, fitted.sums(window.rows, window.placed))
    rows, placed = fitted.rows[:CUSTOMERS], fitted.placed
    seconds = _median(lambda: observe(detector, fitted.sums(rows, placed)))
    note = f"{CUSTOMERS:,} rows, median of {ROUNDS}; a micro-batch is {MICRO_BATCH_S} s (docs/benchmarks.md)"
    return [
        Row("Cost", "window", "ours", "one window", "processor seconds", seconds),
        Row(
            "Cost",
            "window",
            "ours",
            "one window",
            "share of a micro-batch",
            seconds / MICRO_BATCH_S,
            Target("<=", 0.05),
            note,
        ),
    ]


def _median(work: Callable[[], object]) -> float:
    found = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        work()
        found.append(time.process_time() - begun)
    return float(np.median(found))
