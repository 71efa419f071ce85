"""Where the embedded services keep their files: downloads per user, data per project."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from shared.errors import ServiceUnavailable

Say: TypeAlias = Callable[[str], None]
"""Receives one line of progress, meant for a person."""

DEFAULT_FOLDER = Path(".local/services")
"""Data, logs and state files, relative to the project's folder."""


def silent(line: str) -> None:
    """Drop a line of progress."""


def cache_folder() -> Path:
    """Return (and make) the user's folder for what is downloaded once and shared by all clones."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    folder = (Path(base) if base.startswith("/") else Path.home() / ".cache") / "resegment"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def exclusive(lock: Path, *, deadline_s: float) -> Iterator[None]:
    """Hold `lock` so that two processes never prepare or start the same thing at once.

    The kernel drops the lock with its holder, however that one ends, so it cannot go stale.

    Raises
    ------
    ServiceUnavailable : another process held the lock longer than `deadline_s` seconds.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + deadline_s
    with lock.open("a") as file:
        while not _locked(file.fileno()):
            if time.monotonic() > until:
                msg = f"{lock} was held by another process for {deadline_s:.0f} s; wait for it or stop it"
                raise ServiceUnavailable(msg)
            time.sleep(0.1)
        yield


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
