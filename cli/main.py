"""The `resegment` command: find the verb, run it, turn what ends it into an exit code.

Only the module of the verb that is called is imported, and imports its job only when it runs, so that
`--help` answers at once. Nothing below may import Spark, a database driver or a numeric library.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from cli.ending import GRACE_S, end_on_sigterm, force_end_after
from cli.failures import Terminated
from cli.failures import report as report_failure
from cli.options import add_common_flags
from cli.parser import VerbParser

MODULES = {
    "demo": "demo",
    "services": "services",
    "init": "init",
    "try": "try_file",
    "replay": "replay",
    "stream": "stream",
    "recluster": "recluster",
    "status": "status",
    "segments": "segments",
    "model": "model",
    "report": "report",
    "customer": "customer",
    "drift": "drift",
    "alerts": "alerts",
    "metrics": "metrics",
    "verify": "verify",
    "export": "export",
    "study": "study",
    "cluster": "cluster",
    "generate": "generate",
    "doctor": "doctor",
    "config": "config",
}
"""Verb -> the module of `cli` that has it, in the order of the help."""

USAGE = 2


def entry() -> NoReturn:
    """Console script."""
    end_on_sigterm()
    sys.exit(main(sys.argv[1:]))


def main(argv: Sequence[str]) -> int:
    """Run one verb and give its exit code."""
    parser = build_parser(only=argv[0] if argv else None)
    if not argv:
        parser.print_help(sys.stderr)
        return USAGE
    args = parser.parse_args(argv)
    force_end_after(getattr(args, "grace_s", GRACE_S))
    try:
        code: int = args.run(args)
        sys.stdout.flush()
    except BrokenPipeError:
        return _reader_left()
    except (Exception, KeyboardInterrupt, Terminated) as error:
        return report_failure(error, verb=args.verb, debug=args.debug)
    return code


def build_parser(only: str | None = None) -> VerbParser:
    """Build the command line; each verb's module adds its own parser.

    Parameters
    ----------
    only : the verb that is called; all of them are there if it is none of ours.
    """
    parser = VerbParser(
        prog="resegment",
        description="Streaming customer segmentation: from Kafka to segments in MongoDB.",
        epilog="start with `resegment demo`; exit codes and every verb: docs/commands.md",
    )
    parser.add_argument("--version", action=_Version, help="show the version and exit")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True, parser_class=VerbParser)
    for verb in [only] if only in MODULES else MODULES:
        import_module(f"cli.{MODULES[verb]}").register(verbs)
    for leaf in parser.leaves():
        add_common_flags(leaf)
    return parser


class _Version(argparse.Action):
    def __init__(self, option_strings: Sequence[str], dest: str, help: str | None = None) -> None:  # noqa: A002
        super().__init__(option_strings, dest, nargs=0, default=argparse.SUPPRESS, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        parser.exit(0, f"resegment {version('resegment')}\n")


def _reader_left() -> int:
    """`resegment … | head`: the reader has what it wanted; keep Python from flushing into the closed pipe."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
