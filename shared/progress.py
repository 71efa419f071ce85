"""What tells a person how far long work is; it needs the standard library only."""

import shutil
import sys

_ERASE_LINE = "\x1b[2K"


def say(line: str) -> None:
    """Print a line that stays on stderr."""
    print(line, file=sys.stderr, flush=True)


def show(line: str) -> None:
    """Show a line on a terminal's stderr until the next takes its place; an empty one clears it."""
    if sys.stderr.isatty():
        width = shutil.get_terminal_size().columns
        print(f"{_ERASE_LINE}{line[: width - 1]}", end="\r", file=sys.stderr, flush=True)
