"""`resegment recluster --once|--watch`: fit a new segmentation, and put it in force if it is better."""

import argparse
import os
import signal
import threading
from typing import TYPE_CHECKING, Any

from cli.connection import open_database, with_mongo_uri
from cli.failures import TERMINATED
from cli.options import Verbs, add_json_flag, add_verb, start
from cli.output import say
from shared.errors import NothingToCluster
from shared.plain import to_json

if TYPE_CHECKING:
    from pymongo.database import Database

    from batch.serve import Served
    from shared.settings import Settings

STAND_BACK = 10
"""Niceness of the watching job: where it shares a machine with the stream, purchases come first."""


def register(subparsers: Verbs) -> None:
    """Add the verb."""
    verb = add_verb(
        subparsers, "recluster", _run, "re-cluster all customers now, or whenever the stream asks for it"
    )
    mode = verb.add_mutually_exclusive_group(required=True)
    mode.add_argument(
        "--once", action="store_true", help="re-cluster now; replaces the champion unless a veto is met"
    )
    mode.add_argument("--watch", action="store_true", help="serve requests until SIGTERM")
    verb.add_argument("--force", action="store_true", help="override every veto but a pin (--once)")
    verb.add_argument(
        "--reason", default="asked for on the command line", help="kept with the request (--once)"
    )
    add_json_flag(verb)


def _run(args: argparse.Namespace) -> int:
    settings = with_mongo_uri(start(args))

    def show(served: "Served") -> None:
        _print(served, as_json=args.json)

    with open_database(settings) as database:
        from batch import serve

        if args.once:
            _refuse_in_vain(database, settings)
            served = serve.serve_once(database, settings, args.reason, force=args.force)
            show(served)
            return 0 if served.status == "done" else 1
        os.nice(STAND_BACK)
        serve.watch(database, settings, stop=_stop_on_sigterm(), on_served=show)
        return TERMINATED


def _refuse_in_vain(database: "Database[dict[str, Any]]", settings: "Settings") -> None:
    """Refuse at once what would wait for nothing; say what is waited for otherwise."""
    from shared.adapters.stream_standing import read_standing
    from shared.core.first_steps import towards_customers

    standing = read_standing(database, settings)
    missing = towards_customers(standing)
    if missing is not None:
        raise NothingToCluster(str(missing))
    if standing.is_rewriting:
        say("the stream is rewriting its customers for another day or model; waiting up to a minute for it")


def _stop_on_sigterm() -> threading.Event:
    """Let the request in hand finish: half a run is work that somebody has to do again."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda _signum, _frame: stop.set())
    return stop


def _print(served: "Served", *, as_json: bool) -> None:
    if as_json:
        print(to_json(served, indent=None), flush=True)
    elif served.status == "failed":
        print(f"{served.request_id}: failed: {served.reason}", flush=True)
    else:
        what = (
            f"promoted model {served.model_version}" if served.decision == "promoted" else "kept the champion"
        )
        seconds = sum(served.metrics["steps_s"].values())
        print(
            f"{served.request_id}: {what} (k={served.metrics['k']}, {served.n_customers:,} customers, "
            f"{seconds:.1f} s): {served.reason}",
            flush=True,
        )
        if served.report is not None:
            print(f"report: {served.report}", flush=True)
