"""`resegment export`: the stored state as CSV or Parquet."""

import argparse
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.connection import open_database
from cli.options import Verbs, add_verb, start
from cli.output import progress
from cli.standing import require_segments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymongo.database import Database

    from shared.adapters.tables import FileFormat
    from shared.settings import Settings

WHAT = ("customers", "segments", "drift", "events", "transitions")
FORMATS = ("csv", "parquet")


def register(subparsers: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(subparsers, "export", run, "write what is stored to a file")
    parser.add_argument("what", choices=WHAT)
    parser.add_argument("--out", metavar="FILE", type=Path, required=True)
    parser.add_argument("--format", choices=FORMATS, help="default: what the file's name ends in, else csv")


def run(args: argparse.Namespace) -> int:
    """Write the file and say on stderr how many rows it has."""
    settings = start(args)
    from shared.adapters import exports
    from shared.errors import InvalidConfig

    if not args.out.parent.is_dir():
        msg = f"--out {args.out}: there is no folder {args.out.parent}; make it first"
        raise InvalidConfig(msg)
    with (
        _ready(settings, args.what) as database,
        progress(f"export {args.what}", exports.count(database, args.what)) as advance,
    ):
        n_rows = exports.export(
            database, args.what, args.out, file_format(args), stream_id=settings.stream.id, advance=advance
        )
    print(f"{n_rows:,} rows in {args.out}", file=sys.stderr)
    return 0


@contextmanager
def _ready(settings: "Settings", what: str) -> "Iterator[Database[dict[str, Any]]]":
    with open_database(settings) as database:
        if what == "segments":
            require_segments(database, settings)
        yield database


def file_format(args: argparse.Namespace) -> "FileFormat":
    """Give the format that was asked for, or the one that the file's name ends in."""
    wanted = args.format or args.out.suffix.removeprefix(".").lower()
    return "parquet" if wanted == "parquet" else "csv"
