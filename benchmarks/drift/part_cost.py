"""What watching costs: its share of the time of micro-batches in a stream that really runs."""

import shutil
import sys
from collections.abc import Mapping, Sequence
from functools import reduce
from operator import itemgetter
from pathlib import Path
from typing import Final

from benchmarks.drift.cost_driver import DAILY, HOURLY, MeasuredStep
from benchmarks.drift.cost_executor import ALL_SUMS, FOR_DETECTION
from benchmarks.drift.cost_ledger import seconds_of
from benchmarks.drift.cost_run import Addresses, Timed, timed_in_a_process
from benchmarks.drift.cost_shops import timed_shops
from benchmarks.measured_rows import Bound, Row
from deploy.local.local_services import start_embedded
from streaming.task.task_report import add_counts

FOLDER: Final = Path(".local/bench-drift-cost")
SECTION, OURS = "Cost", "ours"
AT_MOST: Final = Bound("<=", 0.05)
LARGE, SMALL = "large micro-batches", "small micro-batches"
"""The first are as few as can be, one or two for a tick or window; a live shop has hundreds of the second."""


def cost_rows(seed: int, *, is_quick: bool) -> list[Row]:
    """Stream both shops on services of its own, one after the other, and time what is there for detection."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    rows = []
    with start_embedded(FOLDER / "services", say=_say) as services:
        for shop in timed_shops(is_quick=is_quick):
            _say(f"streaming {shop.shop.name}")
            addresses = Addresses(services.mongo_uri, services.kafka_bootstrap)
            timed = timed_in_a_process(shop, addresses, FOLDER, seed)
            rows += _rows(shop.shop.name, timed)
    shutil.rmtree(FOLDER)
    return rows


def _rows(data: str, timed: Timed) -> list[Row]:
    rows = [
        *_shares(data, LARGE, timed.large),
        _per_tick(data, [*timed.large, *timed.small]),
        *_shares(data, SMALL, timed.small),
    ]
    if timed.reference_s:
        note = "once after a promotion, and when a lasting change becomes the new usual"
        rows.append(
            Row(
                SECTION, data, OURS, "reference of hours", "seconds to make it", timed.reference_s, None, note
            )
        )
    return rows


def _shares(data: str, case: str, steps: Sequence[MeasuredStep]) -> list[Row]:
    """Return the share of each part; executors with the slowest task of each micro-batch."""
    seconds = sum(step.seconds for step in steps)
    parts = {
        "driver, daily": sum(seconds_of(step.driver, DAILY) for step in steps) / seconds,
        "driver, hourly": sum(seconds_of(step.driver, HOURLY) for step in steps) / seconds,
        "executors": sum(step.executors.get(FOR_DETECTION, 0.0) for step in steps) / seconds,
    }
    every_sum = sum(step.executors.get(ALL_SUMS, 0.0) for step in steps) / seconds
    note = f"the executors' sums that learning needs: {every_sum - parts['executors']:.2%} more"
    notes = "; ".join([_extent(steps), f"most: {_largest(steps)}", note])
    return [
        *(Row(SECTION, data, OURS, case, f"share, {name}", share) for name, share in parts.items()),
        Row(SECTION, data, OURS, case, "share, total", sum(parts.values()), AT_MOST, notes),
    ]


def _largest(steps: Sequence[MeasuredStep]) -> str:
    """Name what takes most of detection's time, with its share of everything."""
    nothing: Mapping[str, float] = {}
    spent = reduce(add_counts, (step.driver for step in steps), nothing)
    name, seconds = max(spent.items(), key=itemgetter(1))
    return f"{name} {seconds / sum(step.seconds for step in steps):.2%}"


def _per_tick(data: str, steps: Sequence[MeasuredStep]) -> Row:
    ticks = [step for step in steps if step.ticks]
    spent, adopted = (sum(step.adopt_detection_s for step in ticks), sum(step.adopt_s for step in ticks))
    note = f"{spent / len(ticks):.3f} s of the {adopted / len(ticks):.3f} s that adopting a tick takes"
    return Row(SECTION, data, OURS, "ticks alone", "share of a tick's adoption", spent / adopted, None, note)


def _extent(steps: Sequence[MeasuredStep]) -> str:
    batches = [step for step in steps if step.rows]
    ticks, rows = sum(step.ticks for step in steps), sum(step.rows for step in batches)
    return (
        f"{len(batches):,} micro-batches of {rows / len(batches):,.0f} lines, {ticks} ticks, "
        f"{sum(step.seconds for step in steps) / len(batches):.3f} s each"
    )


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
