"""`resegment generate WHAT`: a made-up data set of a known schema, for trying things out."""

import argparse
import sys
from pathlib import Path

from cli.options import Verbs, add_verb, start

WHAT = ("customer360", "mall", "retail")


def register(subparsers: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        subparsers,
        "generate",
        run,
        "make up a data set: a bank's customers, a mall's, or a shop's purchases with their dirt",
    )
    parser.add_argument("what", choices=WHAT)
    parser.add_argument("--rows", metavar="N", type=int, help="default: 5000, 200 and 6000")
    parser.add_argument("--seed", metavar="S", type=int, help="the same seed makes the same file")
    parser.add_argument("--out", metavar="FILE", type=Path, help="default: WHAT.csv here")


def run(args: argparse.Namespace) -> int:
    """Write the file and say on stderr how many rows it has."""
    start(args)
    from batch.studies import stand_ins

    path = args.out or Path(f"{args.what}.csv")
    n_rows = stand_ins.write(args.what, path, args.rows, stand_ins.SEED if args.seed is None else args.seed)
    print(f"{n_rows:,} made-up rows in {path}", file=sys.stderr)
    return 0
