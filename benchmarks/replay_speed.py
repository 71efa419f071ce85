"""How fast a file becomes events, what judging them costs, and how much memory it takes.

Without flags on the shipped file; `--rows 5000000` on a made-up one, `--shuffled` out of order.
No broker is needed: what Kafka takes is left out.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from shared.intake.source import Source
from streaming.replay import Reading, Rules, Wishes, look
from streaming.replay.events import Batch
from streaming.replay.identity import Identities
from streaming.replay.judging import Judge
from streaming.replay.portions import in_sending_order

SHIPPED = Path(__file__).parents[1] / "data" / "online_retail.csv.gz"
CUSTOMERS = 1_000_000


def main() -> None:
    """Measure each step by the processor time it takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, help="of a made-up file, instead of the shipped one")
    parser.add_argument("--shuffled", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = SHIPPED if args.rows is None else Path(folder) / "shop.csv"
        if args.rows is not None:
            made_up(args.rows, shuffled=args.shuffled).to_csv(path, index=False)
        began = time.process_time()
        reading = look(Source(path), Wishes(), Rules()).reading
        print(f"look            {time.process_time() - began:6.1f} s  {_peak_mb():6,.0f} MB at most")
        assert reading is not None
        _measure("encode", _encoded(reading))
        _measure("encode, judge", _judged(reading))


def made_up(rows: int, *, shuffled: bool) -> pd.DataFrame:
    """Make lines of three an order, of a million customers."""
    rng = np.random.default_rng(0)
    times = np.sort(rng.integers(1_600_000_000, 1_700_000_000, rows))
    table = pd.DataFrame(
        {
            "order": np.arange(rows) // 3,
            "when": pd.to_datetime(times, unit="s").strftime("%Y-%m-%d %H:%M:%S"),
            "who": rng.integers(0, CUSTOMERS, rows),
            "sku": rng.integers(0, 4_000, rows),
            "qty": rng.integers(1, 9, rows),
            "price": rng.integers(100, 9_999, rows) / 100,
        }
    )
    return table.sample(frac=1, random_state=1) if shuffled else table


def _encoded(reading: Reading) -> Iterator[Batch]:
    for batch, _ in in_sending_order(reading, Identities(reading.profile)):
        yield batch


def _judged(reading: Reading) -> Iterator[Batch]:
    judge = Judge(Rules())
    for batch in _encoded(reading):
        judge.judge(batch)
        yield batch


def _measure(what: str, batches: Iterator[Batch]) -> None:
    began = time.process_time()
    events = sum(map(len, batches))
    seconds = time.process_time() - began
    print(f"{what:15} {seconds:6.1f} s  {_peak_mb():6,.0f} MB at most  {events / seconds:9,.0f} events/s")


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
