"""The life of the embedded services: started together, recorded, found again, stopped."""

import os
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

from deploy.local import kafka, mongo
from deploy.local.processes import Identity, Launched, free_port, launch, release, stop
from deploy.local.state import (
    ServiceRecord,
    ServiceStatus,
    log_file,
    read_record,
    read_status,
    remove_record,
    write_record,
)
from shared.adapters.jars.paths import Say, exclusive

_LOCK_DEADLINE_S = 1_200.0
"""A first start holds the lock while it downloads."""


class ServiceModule(Protocol):
    """What the module of each service offers."""

    NAME: str
    STOP_GRACE_S: float

    def uri(self, port: int) -> str:
        """Return the address for clients."""
        ...

    def command(self, folder: Path, port: int, say: Say) -> list[str]:
        """Prepare `folder` and return what starts the service on `port`."""
        ...

    def await_ready(self, port: int, *, identity: Identity, log: Path) -> None:
        """Return once clients are served; raise ServiceUnavailable."""
        ...


KINDS: tuple[ServiceModule, ...] = (kafka, mongo)


def start(
    folder: Path, names: Sequence[str], *, owned: bool, stack: ExitStack, say: Say
) -> dict[str, ServiceRecord]:
    """Start those of `names` that do not run yet, wait until all are ready, and return their records.

    `stack` gets the undoing: the caller keeps it for owned services and drops it for detached ones
    once everything is up.
    """
    with exclusive(folder / "lock", deadline_s=_LOCK_DEADLINE_S):
        kinds = [kind for kind in KINDS if kind.NAME in names]
        records = {
            kind.NAME: _running(kind, folder, say) or _start(kind, folder, owned, stack, say)
            for kind in kinds
        }
        for kind in kinds:
            record = records[kind.NAME]
            kind.await_ready(record.port, identity=record.identity, log=log_file(folder, kind.NAME))
    return records


def stop_all(folder: Path) -> list[str]:
    """Stop what the state files name, whoever owns it, and return the names of those that ran."""
    with exclusive(folder / "lock", deadline_s=_LOCK_DEADLINE_S):
        return [kind.NAME for kind in reversed(KINDS) if _stop_recorded(kind, folder)]


def status(folder: Path) -> list[ServiceStatus]:
    """Return one status a service; changes nothing."""
    return [read_status(folder, kind.NAME) for kind in KINDS]


def _running(kind: ServiceModule, folder: Path, say: Say) -> ServiceRecord | None:
    record = read_record(folder, kind.NAME)
    if record is None or record.identity.find() is None:
        return None
    say(f"{kind.NAME} already runs: {record.uri} (process {record.pid})")
    return record


def _start(kind: ServiceModule, folder: Path, owned: bool, stack: ExitStack, say: Say) -> ServiceRecord:
    home, log, before = folder / kind.NAME, log_file(folder, kind.NAME), read_record(folder, kind.NAME)
    home.mkdir(parents=True, exist_ok=True)
    port = free_port(preferred=before.port if before else None)
    say(f"starting {kind.NAME} on 127.0.0.1:{port}, its log is {log}")
    launched = launch(kind.command(home, port, say), log=log, owned=owned, grace_s=kind.STOP_GRACE_S)
    stack.callback(_undo, kind, folder, launched)
    identity, owner_pid = launched.identity, os.getpid() if owned else None
    record = ServiceRecord(kind.NAME, identity.pid, identity.created, port, kind.uri(port), owner_pid)
    write_record(folder, record)
    return record


def _undo(kind: ServiceModule, folder: Path, launched: Launched) -> None:
    release(launched, grace_s=kind.STOP_GRACE_S)
    record = read_record(folder, kind.NAME)
    if record is not None and record.identity == launched.identity:
        remove_record(folder, kind.NAME)


def _stop_recorded(kind: ServiceModule, folder: Path) -> bool:
    record = read_record(folder, kind.NAME)
    ran = record is not None and stop(record.identity, grace_s=kind.STOP_GRACE_S)
    remove_record(folder, kind.NAME)
    return ran
