"""pip as a child process: its words go to a log, how far it is to one line."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from shared.progress import show

_SHOWN_LINES = 12
"""Of what pip said, when it failed."""

_NEXT_STEPS = (
    (r"No space left on device", "make room, then run the same command again"),
    (
        r"DO NOT MATCH THE HASHES",
        "the index (`pip config list` names it) or a cache on the way serves other files than those pinned;"
        " try `pip cache purge`, or another index in PIP_INDEX_URL, then run the same command again",
    ),
    (
        r"Connection|Temporary failure|timed out|ProxyError|SSLError|Tunnel|401|403",
        "the package index was not reached or refused; check the network, PIP_INDEX_URL, PIP_PROXY and"
        " PIP_CERT, then run the same command again: what was fetched is kept",
    ),
    (
        r"from versions: none",
        "the index (`pip config list` names it) does not have this package, or was not reached; check both,"
        " then run the same command again: what was fetched is kept",
    ),
    (
        r"No matching distribution found",
        "the index has no such file for this Python and machine; the lists are made for Python 3.11 to 3.13"
        " on Linux; remove .venv and name another: PYTHON=/path/to/python3 before the same command",
    ),
    (r"", "mend what pip says above, then run the same command again: what was fetched is kept"),
)


class Failed(Exception):
    """What went wrong and what to do next, in lines for a person."""


class Pip:
    """Runs pip as it is installed beside `python`, in a given environment."""

    def __init__(self, python: str, environ: dict[str, str], log: IO[str], n_pins: int) -> None:
        self._python, self._environ, self._log = python, environ, log
        self._n_pins, self._n_seen = n_pins, 0

    def run(self, arguments: Sequence[str]) -> None:
        """Run it to its end; raises Failed with pip's last lines and the next step."""
        said = []
        with self._started(arguments) as pip:
            for line in pip.stdout or ():
                self._log.write(line)
                said.append(line.rstrip())
                self._show(line.split())
        show("")
        if pip.returncode != 0:
            raise Failed(failure(f"pip ended with code {pip.returncode}", said, self._log.name))

    def check(self, names: set[str]) -> None:
        """Have pip check that each of `names` has what it requires.

        What people installed here themselves, and what an earlier list left behind, is their own affair.
        """
        with self._started(["check"]) as pip:
            said = (pip.stdout.read() if pip.stdout else "").splitlines()
        self._log.write("\n".join([*said, ""]))
        complaints = [
            line for line in said if re.match(r"\S+ \S+ (requires|has requirement|is not supp)", line)
        ]
        ours = [line for line in complaints if normal(line.split()[0]) in names]
        if pip.returncode != 0 and (ours or not complaints):
            step = "remove .venv and run the same command again; if it stays so, `make lock` makes new lists"
            why = "what was installed does not fit together"
            raise Failed(failure(why, ours or said, self._log.name, step))

    def _started(self, arguments: Sequence[str]) -> "subprocess.Popen[str]":
        command = [self._python, "-I", "-u", "-m", "pip", *arguments]
        self._log.write(f"$ {' '.join(command)}\n")
        self._log.flush()
        return subprocess.Popen(
            command,
            env=self._environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )

    def _show(self, words: Sequence[str]) -> None:
        """Turn a line of pip's into the line that a person sees."""
        match words:
            case ["Collecting" | "Ignoring", name, *_] | ["Requirement", "already", "satisfied:", name, *_]:
                self._n_seen += 1
                what = name.rstrip(":")
            case ["Processing", path, *_]:  # a folder of wheels
                self._n_seen += 1
                what = Path(path).name
            case ["Downloading", what, *size]:
                what = " ".join([what.rpartition("/")[2], *size])
            case ["Building", "wheels", *_, name]:
                what = f"building {name}"
            case ["Installing", "collected", *_]:
                what = "unpacking"
            case _:
                return
        show(f"installing {self._n_pins} pinned packages: {self._n_seen}, {what}")


def failure(why: str, said: Sequence[str], log: str, step: str = "") -> str:
    """Put the last lines that were said, the log's name and the next step below each other."""
    text = "\n".join(said)
    step = step or next(step for pattern, step in _NEXT_STEPS if re.search(pattern, text))
    last = [f"  {line}" for line in said if line.strip()][-_SHOWN_LINES:]
    return "\n".join([f"the installation failed: {why}", *last, f"all of it: {shown(log)}", f"next: {step}"])


def normal(name: str) -> str:
    """Return a package's name in its one spelling."""
    return re.sub(r"[-_.]+", "-", name).lower()


def shown(path: str) -> str:
    """Return a path as a person in the project's folder would type it."""
    here = Path.cwd()
    return str(Path(path).relative_to(here)) if Path(path).is_relative_to(here) else path
