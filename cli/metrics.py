"""`resegment metrics`: what Prometheus scrapes, read from MongoDB, so that it outlives the stream."""

import argparse
import signal
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

from cli.connection import kafka_servers, open_database
from cli.failures import TERMINATED
from cli.options import Verbs, add_verb, start
from cli.output import say

if TYPE_CHECKING:
    from shared.adapters.prometheus.offsets import OffsetWatch
    from shared.settings import Settings


def register(subparsers: Verbs) -> None:
    """Add the verb."""
    verb = add_verb(subparsers, "metrics", run, "answer Prometheus until SIGTERM")
    verb.add_argument("--host", help="address to listen on (default: metrics.host)")
    verb.add_argument("--port", type=int, help="port, 0 for a free one (default: metrics.port)")


def run(args: argparse.Namespace) -> int:
    """Serve until told to stop."""
    settings = start(args)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _signum, _frame: stop.set())
    host = args.host or settings.metrics.host
    port = settings.metrics.port if args.port is None else args.port
    with ExitStack() as stack:
        database = stack.enter_context(open_database(settings))
        from shared.adapters.prometheus.collector import StateCollector
        from shared.adapters.prometheus.server import serving

        offsets = _offsets(settings)
        if offsets is not None:
            stack.enter_context(offsets)
        taken = stack.enter_context(serving(StateCollector(database, settings, offsets), host, port))
        say(f"metrics at http://{host}:{taken}/metrics")
        stop.wait()
    return TERMINATED


def _offsets(settings: "Settings") -> "OffsetWatch | None":
    """Watch the broker, unless only Spark knows how to log in to it."""
    from shared.adapters.prometheus.offsets import OffsetWatch

    if settings.kafka.options:
        return None
    return OffsetWatch(lambda: kafka_servers(settings), settings.kafka.topic)
