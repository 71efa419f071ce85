"""Which Kafka and which MongoDB a run talks to.

An address in the environment wins; Docker serves when asked for; otherwise both run as child
processes with their data under a project folder.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TypeAlias

from deploy.local import embedded, kafka, mongo
from deploy.local.state import ServiceStatus
from shared.adapters.jars.paths import DEFAULT_FOLDER, Say, silent

KAFKA_VARIABLE = "RESEG_KAFKA__BOOTSTRAP_SERVERS"
MONGO_VARIABLE = "RESEG_MONGO__URI"

Choice: TypeAlias = Literal["embedded", "docker"]

_BOTH = (kafka.NAME, mongo.NAME)


@dataclass(frozen=True)
class Services:
    """Addresses of a broker and a database, and how to let go of them."""

    kafka_bootstrap: str
    mongo_uri: str
    how: str
    """One line that says which services these are; holds no password."""
    _release: Callable[[], None]

    def close(self) -> None:
        """Stop what was started for this object, and nothing else; a second call does nothing."""
        self._release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def resolve(
    choice: Choice = "embedded",
    *,
    kafka_bootstrap: str = "",
    mongo_uri: str = "",
    folder: Path = DEFAULT_FOLDER,
    environ: Mapping[str, str] = os.environ,
    say: Say = silent,
) -> Services:
    """Find or start each service: a given address, the environment's, Docker if chosen, else embedded.

    What this call starts ends with `close`, and with this process however that ends.

    Raises
    ------
    ServiceUnavailable : a service could not be had; nothing of this call is left running.
    """
    addresses = {
        kafka.NAME: kafka_bootstrap or environ.get(KAFKA_VARIABLE, ""),
        mongo.NAME: mongo_uri or environ.get(MONGO_VARIABLE, ""),
    }
    missing = [name for name in _BOTH if not addresses[name]]
    with ExitStack() as stack:
        started = _start(choice, missing, folder, stack, say)
        addresses |= {name: address for name, (address, _) in started.items()}
        how = dict.fromkeys(_BOTH, "as configured") | {name: text for name, (_, text) in started.items()}
        line = f"Kafka: {how[kafka.NAME]}; MongoDB: {how[mongo.NAME]}"
        return Services(addresses[kafka.NAME], addresses[mongo.NAME], line, stack.pop_all().close)
    raise AssertionError  # the stack swallows no exception


def start_embedded(folder: Path, *, say: Say = silent) -> Services:
    """Start both as child processes of this one, whatever the environment says; see `resolve`."""
    return resolve(folder=folder, environ={}, say=say)


def up(folder: Path = DEFAULT_FOLDER, *, say: Say = silent) -> list[ServiceStatus]:
    """Start both so that they stay until `down`; those that already run are left alone.

    Raises
    ------
    ServiceUnavailable : a service could not be started; nothing of this call is left running.
    """
    with ExitStack() as undo:
        embedded.start(folder, _BOTH, owned=False, stack=undo, say=say)
        undo.pop_all()
    return status(folder)


def down(folder: Path = DEFAULT_FOLDER) -> list[str]:
    """Stop both, also those that a running command owns; return the names of those that ran."""
    return embedded.stop_all(folder)


def status(folder: Path = DEFAULT_FOLDER) -> list[ServiceStatus]:
    """Return the state of each service, in a fixed order; changes nothing."""
    return embedded.status(folder)


def _start(
    choice: Choice, names: Sequence[str], folder: Path, stack: ExitStack, say: Say
) -> dict[str, tuple[str, str]]:
    """Return address and description of each of `names`."""
    if not names:
        return {}
    if choice == "docker":
        from deploy.local import containers  # noqa: PLC0415  its package is installed for tests only

        return containers.start(names, stack, say)
    records = embedded.start(folder, names, owned=True, stack=stack, say=say)
    return {name: (record.uri, f"embedded at 127.0.0.1:{record.port}") for name, record in records.items()}
