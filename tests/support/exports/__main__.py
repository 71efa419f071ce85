"""Draw exports by seed and count what becomes of them: `python -m tests.support.exports --count 200`."""

import argparse
import tempfile
from pathlib import Path

from tests.support.exports.outcome import Outcome, seeded_outcomes
from tests.support.exports.table import table_of


def main() -> int:
    """Print the table; 1 if a file was wrong without a word."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.exports", description=__doc__)
    parser.add_argument("--first", type=int, default=0, metavar="SEED")
    parser.add_argument("--count", type=int, default=200)
    args = parser.parse_args()
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory() as folder:
        for seed, export, outcome in seeded_outcomes(
            range(args.first, args.first + args.count), Path(folder)
        ):
            outcomes.append(outcome)
            if not outcome.is_good:
                print(f"seed {seed}: {outcome}\n  {', '.join(export.features)}")  # noqa: T201
    print(table_of(outcomes))  # noqa: T201
    return 0 if all(outcome.is_good for outcome in outcomes) else 1


if __name__ == "__main__":
    raise SystemExit(main())
