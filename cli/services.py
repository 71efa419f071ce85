"""`resegment services up|down|status`: the embedded Kafka and MongoDB of this project folder."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

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
        ("status", _status, "show process, address and log of each"),
    ):
        action = actions.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        action.add_argument(
            "--folder", type=Path, default=None, help="data, logs and state files (default: .local/services)"
        )
        action.add_argument("--json", action="store_true", help="print JSON on standard output")
        action.set_defaults(run=run)


def _up(arguments: argparse.Namespace) -> int:
    from deploy.local import services

    _print(services.up(_folder(arguments), say=_progress), as_json=arguments.json)
    return 0


def _down(arguments: argparse.Namespace) -> int:
    from deploy.local import services

    stopped = services.down(_folder(arguments))
    if arguments.json:
        print(json.dumps({"stopped": stopped}))
    else:
        print(f"stopped: {', '.join(stopped)}" if stopped else "nothing was running")
    return 0


def _status(arguments: argparse.Namespace) -> int:
    from deploy.local import services

    _print(services.status(_folder(arguments)), as_json=arguments.json)
    return 0


def _folder(arguments: argparse.Namespace) -> Path:
    from deploy.local.paths import DEFAULT_FOLDER

    return arguments.folder or DEFAULT_FOLDER


def _progress(line: str) -> None:
    print(line, file=sys.stderr)


def _print(statuses: "Sequence[ServiceStatus]", *, as_json: bool) -> None:
    if as_json:
        print(json.dumps([asdict(status) for status in statuses]))
        return
    for status in statuses:
        owner = f", ends with process {status.owner_pid}" if status.owner_pid else ""
        where = f"{status.uri} (process {status.pid}{owner})" if status.uri else ""
        print(f"{status.name:<6} {status.state:<8} {where}  log: {status.log}".rstrip())
