"""The state file of a service: what another shell needs to find, use and stop it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from deploy.local.processes import Identity, accepts
from shared.atomic_file import write_text
from shared.plain import to_json

State: TypeAlias = Literal["running", "starting", "stopped", "stale"]
"""`stale`: the file names a process that is gone, or an id that another process has now."""


@dataclass(frozen=True)
class ServiceRecord:
    """The content of a state file."""

    name: str
    pid: int
    created: float
    port: int
    uri: str
    owner_pid: int | None
    """The process it ends with; None for one that stays until `services down`."""

    @property
    def identity(self) -> Identity:
        """The process itself."""
        return Identity(self.pid, self.created)


@dataclass(frozen=True)
class ServiceStatus:
    """One line of `resegment services status`; process and address only if it runs."""

    name: str
    state: State
    log: str
    pid: int | None = None
    port: int | None = None
    uri: str | None = None
    owner_pid: int | None = None


def write_record(folder: Path, record: ServiceRecord) -> None:
    """Replace the state file in one step, so that a reader never sees half of it."""
    write_text(_file(folder, record.name), to_json(record))


def read_record(folder: Path, name: str) -> ServiceRecord | None:
    """Return what the state file says; None if there is none or it cannot be read."""
    try:
        return ServiceRecord(**json.loads(_file(folder, name).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def remove_record(folder: Path, name: str) -> None:
    """Forget the service."""
    _file(folder, name).unlink(missing_ok=True)


def log_file(folder: Path, name: str) -> Path:
    """Return where the service's output is kept."""
    return folder / name / f"{name}.log"


def read_status(folder: Path, name: str) -> ServiceStatus:
    """Compare the state file with the processes that live now."""
    record, log = read_record(folder, name), str(log_file(folder, name))
    if record is None:
        return ServiceStatus(name, "stopped", log)
    if record.identity.find() is None:
        return ServiceStatus(name, "stale", log)
    state: State = "running" if accepts(record.port) else "starting"
    return ServiceStatus(name, state, log, record.pid, record.port, record.uri, record.owner_pid)


def _file(folder: Path, name: str) -> Path:
    return folder / name / "state.json"
