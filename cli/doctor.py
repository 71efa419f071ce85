"""`resegment doctor`: is everything here that the product needs, and if not, what to do."""

import argparse
from typing import TYPE_CHECKING

from cli.failures import FAILED
from cli.options import Verbs, add_json_flag, add_verb, start
from cli.output import answer, left, print_table
from shared.errors import InvalidConfig

if TYPE_CHECKING:
    from cli.doctor_checks import Check


def register(subparsers: Verbs) -> None:
    """Add the verb."""
    add_json_flag(add_verb(subparsers, "doctor", run, "check the machine, the settings and the services"))


def run(args: argparse.Namespace) -> int:
    """Print one line per check; 1 if any failed."""
    checks = _checks(args)
    cells = [(check.name, check.state, check.found, check.fix) for check in checks]
    answer(args, checks, lambda: print_table(left("check", "state", "found", "what to do"), cells))
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
