"""`resegment stream`: keep every customer's segment right while purchases arrive."""

import argparse
import sys

from cli.options import Verbs, add_verb, start


def register(subparsers: Verbs) -> None:
    """Add the verb."""
    verb = add_verb(
        subparsers, "stream", _run, "apply purchases as they arrive; stops cleanly on SIGTERM or Ctrl-C"
    )
    verb.add_argument(
        "--until-caught-up",
        action="store_true",
        help="end once every record is applied and nothing is pending",
    )
    verb.add_argument(
        "--accept-new-topic",
        action="store_true",
        help="the topic was recreated on purpose: read it from its beginning",
    )
    verb.add_argument(
        "--accept-jump", action="store_true", help="the shop really paused: let the clock jump ahead"
    )


def _run(args: argparse.Namespace) -> int:
    from cli.connection import with_addresses

    settings = with_addresses(start(args))

    from shared.adapters.jars.sets import spark_connector_jars
    from streaming.driver.query import StreamOptions, run_stream

    options = StreamOptions(args.until_caught_up, args.accept_new_topic, args.accept_jump)
    return run_stream(settings, spark_connector_jars(_say), options)


def _say(line: str) -> None:
    print(line, file=sys.stderr)
