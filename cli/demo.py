"""`resegment demo`: a year of real purchases through the whole product, on this machine."""

import argparse
from pathlib import Path

from cli.options import Verbs, add_verb, load


def register(subparsers: Verbs) -> None:
    """Add the verb."""
    verb = add_verb(
        subparsers,
        "demo",
        _run,
        "replay a year of real purchases through Kafka, Spark and MongoDB, and show the segments",
    )
    verb.add_argument("--events", metavar="N", type=int, help="only the first N invoice lines")
    verb.add_argument("--out", metavar="DIR", type=Path, help="also write summary.json and the tables as CSV")
    verb.add_argument("--folder", metavar="DIR", type=Path, default=Path(".local/demo"), help="working files")


def _run(args: argparse.Namespace) -> int:
    loaded = load(args)
    from cli.demonstration.run_demo import run_demo
    from shared import log

    log.configure(loaded.settings.log)
    return run_demo(loaded, folder=args.folder, events=args.events, out=args.out)
