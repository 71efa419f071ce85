"""`resegment services up|down|status`: the embedded Kafka and MongoDB of this project folder."""

import argparse
from typing import TYPE_CHECKING

from cli.options import Verbs, add_json_flag, add_verb, start
from cli.output import answer, left, print_table, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deploy.local.state import ServiceStatus


def register(subparsers: Verbs) -> None:
    """Add the verb and its three actions."""
    verb = subparsers.add_parser("services", help="start, stop or show the embedded Kafka and MongoDB")
    actions = verb.add_subparsers(dest="action", required=True, metavar="up|down|status")
    for name, run, text in (
        ("up", _up, "start both and leave them running"),
        ("down", _down, "stop both; their data stays"),
        ("status", _status, "process, address and log of each"),
    ):
        add_json_flag(add_verb(actions, name, run, text))


def _up(args: argparse.Namespace) -> int:
    folder = start(args).services.folder
    from deploy.local import local_services

    return _show(args, local_services.up(folder, say=say))


def _down(args: argparse.Namespace) -> int:
    folder = start(args).services.folder
    from deploy.local import local_services

    stopped = local_services.down(folder)
    line = f"stopped: {', '.join(stopped)}" if stopped else "nothing was running"
    answer(args, {"stopped": stopped}, lambda: print(line))
    return 0


def _status(args: argparse.Namespace) -> int:
    folder = start(args).services.folder
    from deploy.local import local_services

    return _show(args, local_services.status(folder))


def _show(args: argparse.Namespace, statuses: "Sequence[ServiceStatus]") -> int:
    columns = left("service", "state", "address", "process", "ends with process", "log")
    rows = [
        (status.name, status.state, status.uri, status.pid, status.owner_pid, status.log)
        for status in statuses
    ]
    cells = [["-" if cell is None else str(cell) for cell in row] for row in rows]
    answer(args, statuses, lambda: print_table(columns, cells))
    return 0
