"""`resegment services up|down|status`: the embedded Kafka and MongoDB of this project folder."""

import argparse
import sys
from typing import TYPE_CHECKING

from cli.options import add_json_flag, start
from cli.output import Column, print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deploy.local.state import ServiceStatus


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb and its three actions."""
    verb = subparsers.add_parser("services", help="start, stop or show the embedded Kafka and MongoDB")
    actions = verb.add_subparsers(dest="action", required=True, metavar="up|down|status")
    for name, run, text in (
        ("up", _up, "start both and leave them running"),
        ("down", _down, "stop both; their data stays"),
        ("status", _status, "process, address and log of each"),
    ):
        action = actions.add_parser(name, help=text)
        add_json_flag(action)
        action.set_defaults(run=run)


def _up(args: argparse.Namespace) -> int:
    folder = start(args).services.folder
    from deploy.local import local_services

    _print(local_services.up(folder, say=lambda line: print(line, file=sys.stderr)), as_json=args.json)
    return 0


def _down(args: argparse.Namespace) -> int:
    folder = start(args).services.folder
    from deploy.local import local_services

    stopped = local_services.down(folder)
    if args.json:
        print_json({"stopped": stopped})
    else:
        print(f"stopped: {', '.join(stopped)}" if stopped else "nothing was running")
    return 0


def _status(args: argparse.Namespace) -> int:
    folder = start(args).services.folder
    from deploy.local import local_services

    _print(local_services.status(folder), as_json=args.json)
    return 0


def _print(statuses: "Sequence[ServiceStatus]", *, as_json: bool) -> None:
    if as_json:
        print_json(list(statuses))
        return
    titles = ("service", "state", "address", "process", "ends with process", "log")
    rows = [
        (status.name, status.state, status.uri, status.pid, status.owner_pid, status.log)
        for status in statuses
    ]
    cells = [["-" if cell is None else str(cell) for cell in row] for row in rows]
    print_table([Column(title, "left") for title in titles], cells)
