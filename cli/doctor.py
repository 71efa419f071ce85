"""`resegment doctor`: is everything here that the product needs, and if not, what to do."""

import argparse
from typing import TYPE_CHECKING

from cli.failures import FAILED
from cli.options import add_json_flag, start
from cli.output import Column, print_json, print_table
from shared.errors import InvalidConfig

if TYPE_CHECKING:
    from cli.doctor_checks import Check

COLUMNS = (
    Column("check", "left"),
    Column("state", "left"),
    Column("found", "left"),
    Column("what to do", "left"),
)


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    parser = subparsers.add_parser("doctor", help="check the machine, the settings and the services")
    add_json_flag(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print one line per check; 1 if any failed."""
    checks = _checks(args)
    if args.json:
        print_json(checks)
    else:
        print_table(COLUMNS, [(check.name, check.state, check.found, check.fix) for check in checks])
    return FAILED if any(check.state == "fail" for check in checks) else 0


def _checks(args: argparse.Namespace) -> "list[Check]":
    from cli.doctor_checks import Check, check_machine, check_services
    from shared.settings import Settings

    try:
        settings = start(args)
    except InvalidConfig as error:
        invalid = Check("settings", "fail", str(error), "correct it; `resegment config show --origin` helps")
        return [invalid, *check_machine(Settings())]
    return [Check("settings", "ok", "valid"), *check_machine(settings), *check_services(settings)]
