"""SIGTERM and Ctrl-C end a command: it unwinds, and what hangs meanwhile is ended by force.

An exception that a signal raises may come at a bad moment: while a lock is being taken, which nobody will
ever give back, or inside a finaliser, which swallows it. Compiled code does not notice it at all. So a
thread of its own hears of the signal too, and ends what is still there after a while.
"""

import contextlib
import os
import signal
import threading
import time
from types import FrameType
from typing import NoReturn

from cli.failures import Terminated

GRACE_S = 45.0
"""For unwinding; the demo's stream may take 40 s to finish its micro-batch."""
STUDY_GRACE_S = 8.0
"""For an analysis: Java and the notebook's kernel are gone within two."""
_ENDING = {signal.SIGTERM, signal.SIGINT}


def end_on_sigterm() -> None:
    """Let SIGTERM unwind the command as Ctrl-C does; call once, at the start."""
    signal.signal(signal.SIGTERM, _terminate)


def force_end_after(grace_s: float) -> None:
    """End this process and its children `grace_s` seconds after a signal that did not end it.

    A verb that answers SIGTERM in a way of its own is left to it, and so is whoever calls verbs without
    being the command itself.
    """
    if signal.getsignal(signal.SIGTERM) is not _terminate:
        return
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(reading, grace_s), name="ending", daemon=True).start()


def _watch(reading: int, grace_s: float) -> None:
    """Wait for a signal that should end the process; then for its end, which ends this thread too."""
    while True:
        heard = os.read(reading, 1)[0]
        if heard in _ENDING and signal.getsignal(signal.SIGTERM) is _terminate:
            time.sleep(grace_s)
            _end(128 + heard)


def _end(code: int) -> NoReturn:
    import psutil

    os.write(2, b"resegment: it did not end by itself, and was ended by force\n")
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
    os._exit(code)


def _terminate(_signum: int, _frame: FrameType | None) -> NoReturn:
    raise Terminated
