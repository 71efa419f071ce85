"""The demo's two jobs as child processes that never outlive it."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.local.processes import Launched, launch, release, telling
from shared.errors import StreamFailed

STOP_S = 40.0
"""The stream may take 30 s to finish its micro-batch."""

STREAM, RECLUSTER = "stream", "recluster"
_COMMANDS = {STREAM: ("stream",), RECLUSTER: ("recluster", "--watch")}


def environment(overrides: Mapping[str, str]) -> dict[str, str]:
    """Write settings, dotted key to text, as environment variables."""
    return {f"RESEG_{key.replace('.', '__').upper()}": value for key, value in overrides.items()}


class Jobs:
    """The stream and the batch job, running while in this context."""

    def __init__(self, folder: Path, variables: Mapping[str, str]) -> None:
        self._folder, self._variables = folder, variables
        self._running: dict[str, Launched] = {}

    def __enter__(self) -> Self:
        os.environ.update(self._variables)  # inherited; an argument would show the database's password
        for name, verb in _COMMANDS.items():
            command = [sys.executable, "-m", "cli", *verb, "--log-format", "json"]
            self._running[name] = launch(command, log=self.log(name), owned=True, grace_s=STOP_S)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def log(self, name: str) -> Path:
        """Return the file that a job writes to."""
        return self._folder / f"{name}.log"

    def check(self) -> None:
        """Make sure that both still run.

        Raises
        ------
        StreamFailed : one has ended; the message has the end of its log.
        """
        for name, launched in self._running.items():
            if launched.identity.find() is None:
                log = self.log(name)
                msg = f"the demo's {name} job ended early; see {log}:\n{telling(log)}"
                raise StreamFailed(msg)

    def stop(self) -> None:
        """End both, the stream first: it finishes its micro-batch."""
        while self._running:
            _, launched = (
                self._running.popitem()
                if STREAM not in self._running
                else (STREAM, self._running.pop(STREAM))
            )
            release(launched, grace_s=STOP_S)
