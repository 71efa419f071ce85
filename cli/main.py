"""The `resegment` command: find the verb, run it, turn what ends it into an exit code.

Verbs register their flags here and import their job only when they run, so that `--help` answers at
once. Nothing below may import Spark, a database driver or a numeric library.
"""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

from cli import (
    alerts,
    config,
    customer,
    demo,
    doctor,
    drift,
    export,
    generate,
    init,
    metrics,
    model,
    recluster,
    replay,
    report,
    segments,
    services,
    status,
    stream,
    study,
    try_file,
    verify,
)
from cli.failures import Terminated
from cli.failures import report as report_failure
from cli.options import add_common_flags
from cli.parser import VerbParser

VERBS = (
    demo,
    services,
    init,
    try_file,
    replay,
    stream,
    recluster,
    status,
    segments,
    model,
    report,
    customer,
    drift,
    alerts,
    metrics,
    verify,
    export,
    study,
    generate,
    doctor,
    config,
)

USAGE = 2


def entry() -> NoReturn:
    """Console script."""
    signal.signal(signal.SIGTERM, _terminate)
    sys.exit(main(sys.argv[1:]))


def main(argv: Sequence[str]) -> int:
    """Run one verb and give its exit code."""
    parser = build_parser()
    if not argv:
        parser.print_help(sys.stderr)
        return USAGE
    args = parser.parse_args(argv)
    try:
        code: int = args.run(args)
        sys.stdout.flush()
    except BrokenPipeError:
        return _reader_left()
    except (Exception, KeyboardInterrupt, Terminated) as error:
        return report_failure(error, verb=args.verb, debug=args.debug)
    return code


def build_parser() -> VerbParser:
    """Build the whole command line; each verb module adds its own parser."""
    parser = VerbParser(
        prog="resegment",
        description="Streaming customer segmentation: from Kafka to segments in MongoDB.",
        epilog="start with `resegment demo`; exit codes and every verb: docs/commands.md",
    )
    parser.add_argument("--version", action=_Version, help="show the version and exit")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True, parser_class=VerbParser)
    for module in VERBS:
        module.register(verbs)
    for leaf in parser.leaves():
        add_common_flags(leaf)
    return parser


class _Version(argparse.Action):
    def __init__(self, option_strings: Sequence[str], dest: str, help: str | None = None) -> None:  # noqa: A002
        super().__init__(option_strings, dest, nargs=0, default=argparse.SUPPRESS, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        parser.exit(0, f"resegment {version('resegment')}\n")


def _terminate(_signum: int, _frame: FrameType | None) -> NoReturn:
    raise Terminated


def _reader_left() -> int:
    """`resegment … | head`: the reader has what it wanted; keep Python from flushing into the closed pipe."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
