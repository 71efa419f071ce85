"""Child processes and ports: start, recognise again, wait until ready, stop."""

import random
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from deploy.local import guardian
from shared.errors import ServiceUnavailable

_POLL_S = 0.05
_PORTS = range(20_000, 32_768)
"""Below the range from which the kernel gives ports to clients: one of those was taken, on a busy
machine, between the look and the broker's start."""
_ERROR = re.compile(r'ERROR|FATAL|Exception|"s":"[EF]"|Error:')


@dataclass(frozen=True)
class Identity:
    """A process, told apart from a later one that got the same id."""

    pid: int
    created: float
    """Seconds since the epoch, as the kernel remembers it."""

    def find(self) -> psutil.Process | None:
        """Return the process while it lives."""
        try:
            process = psutil.Process(self.pid)
            # the kernel counts in ticks since boot, and the boot time may be corrected by a second
            same = abs(process.create_time() - self.created) < 1.5
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None


@dataclass(frozen=True)
class Launched:
    """A started service; `lifeline` is its guardian when this process owns it."""

    identity: Identity
    lifeline: "subprocess.Popen[str] | None"


def launch(command: list[str], *, log: Path, owned: bool, grace_s: float) -> Launched:
    """Start `command` with its output appended to `log`.

    Owned, it ends with this process; otherwise it stays until `stop` is called on its identity.
    Either way it is in its own session, where the Ctrl-C of this terminal does not reach it.

    Raises
    ------
    ServiceUnavailable : it could not be started at all.
    """
    mode = "owned" if owned else "detached"
    parent = subprocess.Popen(
        [sys.executable, "-I", "-S", guardian.__file__, mode, str(grace_s), str(log), *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    answer = parent.stdout.readline() if parent.stdout else ""
    if parent.stdout:
        parent.stdout.close()
    if not owned or not answer:
        _release(parent, grace_s)
    if not answer:
        msg = f"{command[0]} could not be started; the terminal shows why, its log is {log}"
        raise ServiceUnavailable(msg)
    return Launched(_identify(int(answer), log), parent if owned else None)


def release(launched: Launched, *, grace_s: float) -> None:
    """Stop an owned service: cut the lifeline and wait until its guardian has stopped it."""
    if launched.lifeline is not None:
        _release(launched.lifeline, grace_s)
    stop(launched.identity, grace_s=grace_s)  # already gone, unless the guardian was killed


def stop(identity: Identity, *, grace_s: float) -> bool:
    """Ask the process to end, kill it after `grace_s` seconds; False if it was not alive."""
    process = identity.find()
    if process is None:
        return False

    def gone() -> bool:
        return identity.find() is None

    try:
        process.terminate()
        if not poll(gone, deadline_s=grace_s):
            process.kill()
            poll(gone, deadline_s=grace_s)
    except psutil.NoSuchProcess:
        pass  # ended between two looks
    return True


def wait_until(
    ready: Callable[[], bool], *, what: str, identity: Identity, log: Path, deadline_s: float
) -> None:
    """Poll `ready` until it holds.

    Raises
    ------
    ServiceUnavailable : the process ended, or `deadline_s` seconds passed; the message ends with its log.
    """
    if poll(ready, deadline_s=deadline_s, give_up=lambda: identity.find() is None):
        return
    rule = f"was not ready within {deadline_s:.0f} s" if identity.find() else "ended while starting"
    msg = f"{what} {rule}; see {log}:\n{telling(log)}"
    raise ServiceUnavailable(msg)


def poll(
    condition: Callable[[], bool], *, deadline_s: float, give_up: Callable[[], bool] = lambda: False
) -> bool:
    """Look until `condition` holds; False after `deadline_s` seconds or when `give_up` says so."""
    until = time.monotonic() + deadline_s
    while not condition():
        if give_up() or time.monotonic() > until:
            return False
        time.sleep(_POLL_S)
    return True


def accepts(port: int) -> bool:
    """Tell whether something listens on this port of the loopback address."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1.0):
            return True
    except OSError:
        return False


def free_port(preferred: int | None = None) -> int:
    """Return `preferred` if nobody has it, else a free port that no client will be given meanwhile."""
    candidates = random.SystemRandom().sample(_PORTS, k=200)
    for port in (preferred, *candidates) if preferred else candidates:
        if _is_free(port):
            return port
    msg = "no free port on 127.0.0.1: 200 were tried; stop what holds them"
    raise ServiceUnavailable(msg)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def telling(log: Path, n_lines: int = 2) -> str:
    """Return the last lines of a log that speak of an error; the last ones if none does."""
    lines = log.read_text("utf-8", "replace").splitlines() if log.exists() else []
    errors = [line for line in lines if _ERROR.search(line)]
    return "\n".join((errors or lines)[-n_lines:]) or "(nothing there)"


def _identify(pid: int, log: Path) -> Identity:
    try:
        return Identity(pid, psutil.Process(pid).create_time())
    except psutil.NoSuchProcess as error:
        msg = f"the process ended at once; see {log}:\n{telling(log)}"
        raise ServiceUnavailable(msg) from error


def _release(parent: "subprocess.Popen[str]", grace_s: float) -> None:
    if parent.stdin:
        parent.stdin.close()
    try:
        parent.wait(grace_s + 5)
    except subprocess.TimeoutExpired:
        parent.kill()  # the kernel takes the service with it
        parent.wait()
