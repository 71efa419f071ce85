"""What a customer's history costs: bytes in the document, and microseconds in a micro-batch and a reading.

Bytes are those of a real year (the shipped Online Retail lines) and of made-up customers with so many rows
each. Times are of a micro-batch as `benchmarks.stream` makes it: ten lines of two invoices for each customer.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks import command
from benchmarks.measured_rows import Bound, Row
from benchmarks.models.purchase_histories import online_retail
from shared.core.arrays import Int32, Int64
from shared.core.customers.features import MS_PER_DAY
from shared.core.customers.history import History, append, fold, no_history, rfm_at, window_sums
from shared.core.customers.history_codec import decode_histories, encode_histories
from shared.core.customers.history_rows import HistoryLines

LIBRARIES = ("numpy", "numba")
FIRST_DAY, HISTORY_DAYS = 15_000, 360
PLAIN_ROW_BYTES = 36
"""A row as plain numbers: day, known, first and last of 4 bytes, orders and lines of 2, money of 8 each."""


@dataclass(frozen=True)
class HistoryExtent:
    """customers : of a micro-batch. rows : that each has before it."""

    customers: int
    rows: tuple[int, ...]
    rounds: int


FULL = HistoryExtent(20_000, (2, 5, 10, 75, 150), 5)
QUICK = HistoryExtent(5_000, (5, 75), 3)


def measure(extent: HistoryExtent, seed: int) -> list[Row]:
    """Weigh a real year, then weigh and time made-up customers."""
    rows = _bytes("Online Retail", "a year", real_year(), Bound("<=", 16))
    for n_rows in extent.rows:
        rng = np.random.default_rng(seed)
        history = made_up(extent.customers, n_rows, rng)
        rows += _bytes("made up", f"{n_rows} rows", history)
        rows += _times(history, n_rows, _micro_batch(extent.customers, rng), extent.rounds)
    return rows


def real_year() -> History:
    """Return the histories of all customers of the shipped lines, each line known on its day."""
    year = online_retail()
    days = (year.days + FIRST_DAY).astype(np.int32)
    first_midnight = year.midnights_ms[0] - MS_PER_DAY
    ms = year.times_ms - first_midnight + FIRST_DAY * MS_PER_DAY
    lines = HistoryLines(year.customers, days, days, ms, year.amounts_minor, year.buys, year.opens > 0)
    return append(no_history(year.n_customers), lines)


def made_up(customers: int, n_rows: int, rng: np.random.Generator) -> History:
    """Make customers who bought ten lines of two invoices on each of `n_rows` days of a year."""
    days = np.argsort(rng.random((customers, 365)), axis=1)[:, :n_rows].ravel() + FIRST_DAY
    owner = np.repeat(np.arange(customers), n_rows)
    return append(no_history(customers), _lines(owner, days.astype(np.int32), rng))


def _micro_batch(customers: int, rng: np.random.Generator) -> HistoryLines:
    owner = rng.permutation(customers)
    return _lines(owner, np.full(customers, FIRST_DAY + 365, np.int32), rng)


def _lines(owner: Int64, days: Int32, rng: np.random.Generator) -> HistoryLines:
    """Return ten lines for each owner and day, the first and the sixth of them opening an invoice."""
    owner, days = np.repeat(owner, 10), np.repeat(days, 10)
    minute = np.repeat(rng.integers(480, 1_200, owner.size // 5), 5)
    return HistoryLines(
        owner,
        days,
        days,
        days * np.int64(MS_PER_DAY) + minute * 60_000,
        rng.integers(50, 5_000, owner.size) * 100,
        np.ones(owner.size, np.bool_),
        np.arange(owner.size) % 5 == 0,
    )


def _bytes(data: str, case: str, history: History, target: Bound | None = None) -> list[Row]:
    sizes = np.array([len(blob) for blob in encode_histories(history)])
    plain = PLAIN_ROW_BYTES * np.diff(history.starts)
    figures: list[tuple[str, str, float, Bound | None]] = [
        ("varints", "bytes a row", sizes.sum() / len(history.rows), target),
        ("varints", "bytes a customer, mean", sizes.mean(), None),
        ("varints", "bytes a customer, p99", float(np.percentile(sizes, 99)), None),
        ("varints", "bytes a customer, most", sizes.max(), None),
        ("plain numbers", "bytes a customer, mean", plain.mean(), None),
        ("plain numbers", "bytes a customer, most", plain.max(), None),
    ]
    return [Row("bytes", data, who, case, what, float(value), goal) for who, what, value, goal in figures]


def _times(history: History, n_rows: int, batch: HistoryLines, rounds: int) -> list[Row]:
    """Return microseconds per customer of each stage, each on what the one before has made."""
    blobs, ids = encode_histories(history), ["" for _ in range(len(history))]
    after = append(history, batch)
    newest = FIRST_DAY + 365
    stages: dict[str, Callable[[], Any]] = {
        "decode": lambda: decode_histories(blobs, ids),
        "append ten lines": lambda: append(history, batch),
        "fold": lambda: fold(after, newest, HISTORY_DAYS),
        "encode": lambda: encode_histories(after),
        "rfm_at": lambda: rfm_at(after, newest),
        "window_sums": lambda: window_sums(after, newest, 365),
    }
    goals = {"decode": Bound("<=", 2.5)} if n_rows <= 10 else {}
    each = {name: _processor_s(stage, rounds) / len(history) * 1e6 for name, stage in stages.items()}
    return [
        Row(
            "processor microseconds a customer",
            "made up",
            "varints",
            f"{n_rows} rows",
            name,
            value,
            goals.get(name),
        )
        for name, value in each.items()
    ]


def _processor_s(stage: Callable[[], Any], rounds: int) -> float:
    """Return the processor seconds of the quickest round: other work makes it wait, and empties caches."""
    stage()
    seconds = []
    for _ in range(rounds):
        start = time.process_time()
        stage()
        seconds.append(time.process_time() - start)
    return min(seconds)


def _parser() -> argparse.ArgumentParser:
    parser = command.flags("history_cost", __doc__, "half a minute: fewer customers, rows and rounds")
    command.add_seed(parser)
    return parser


def _measure(options: argparse.Namespace) -> list[Row]:
    return measure(QUICK if options.quick else FULL, options.seed)


if __name__ == "__main__":
    raise SystemExit(command.run(_parser(), _measure, LIBRARIES))
