"""A tiny parent for one service: when its owner is gone, however that ended, the service ends too.

Run as a script with nothing but the standard library, so that it starts in milliseconds:

    guardian.py owned|detached GRACE_S LOG COMMAND...

It prints the service's process id on its standard output. `owned` holds the standard input as a
lifeline: the end of file means that the owner closed it or died. `detached` leaves at once.
"""

import ctypes
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_POLL_S = 0.5


def main(arguments: list[str]) -> int:
    """Start the service, then watch over it until it or its owner ends."""
    mode, grace_s, log, *command = arguments
    owner = os.getppid()
    detached = mode == "detached"
    with Path(log).open("ab") as output:
        service = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # only one thread here, so running Python between fork and exec is safe
            preexec_fn=None if detached else _die_with_parent,  # noqa: PLW1509
        )
    sys.stdout.write(f"{service.pid}\n")
    sys.stdout.flush()
    if detached:
        os._exit(0)  # without the warning that the service is still running: that is the point
    return _watch(service, owner, float(grace_s))


def _die_with_parent() -> None:
    """Have the kernel kill the service when this guardian is killed (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _watch(service: "subprocess.Popen[bytes]", owner: int, grace_s: float) -> int:
    asked: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: asked.append(number))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the owner decides what Ctrl-C means
    while service.poll() is None:
        readable, _, _ = select.select([0], [], [], _POLL_S)
        lifeline_cut = bool(readable) and not os.read(0, 1)
        # a forked child of the owner may hold the lifeline open, hence the second look
        if lifeline_cut or asked or os.getppid() != owner:
            return _stop(service, grace_s)
    return service.returncode


def _stop(service: "subprocess.Popen[bytes]", grace_s: float) -> int:
    service.terminate()
    try:
        return service.wait(grace_s)
    except subprocess.TimeoutExpired:
        service.kill()
        return service.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
