"""`resegment try FILE`: what `replay` would understand of a file, and what would become of its rows."""

import argparse
from pathlib import Path

from cli.file_flags import add_decision, add_meaning, command_of, look_at
from cli.look_display import look_as_json, print_look
from cli.options import Verbs, add_json_flag, add_verb, start
from cli.output import answer

FINE, DOUBTFUL, STOPPED = 0, 1, 2


def register(subparsers: Verbs) -> None:
    """Add the verb."""
    verb = add_verb(
        subparsers,
        "try",
        run,
        "look at a file as `replay` does, and send nothing",
        description="Say what is understood of a file and what would become of its rows. Needs no service.",
        epilog="exit codes: 0 nothing to mend; 1 something is doubtful; 2 replay would stop",
    )
    verb.add_argument("file", type=Path, metavar="FILE")
    add_meaning(verb)
    add_decision(verb)
    add_json_flag(verb)


def run(args: argparse.Namespace) -> int:
    """Look, and say by the exit code what to think of it."""
    look = look_at(args, start(args))
    is_stopped = bool(look.stops(args.accept)) or look.reading is None
    command = command_of(look, "replay", args.accept)

    def print_text() -> None:
        print_look(look, args.accept)
        print(f"\n{'when that is mended' if is_stopped else 'to send it'}:\n{command}")

    answer(args, {**look_as_json(look), "command": command}, print_text)
    if is_stopped:
        return STOPPED
    return DOUBTFUL if look.warnings else FINE
