"""Who may run: one holder of a name at a time, told apart by a growing epoch.

The server's clock decides when a lease ends, so clocks of the machines do not matter. A holder that
lost its lease without noticing is stopped by the epoch: whatever it guards is written only under the
epoch it was read at.
"""

import os
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from types import TracebackType
from typing import Any, Self

import psutil
from pymongo import ReturnDocument
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import PyMongoError

from shared.adapters.mongo.collections import LEASES
from shared.documents import Document
from shared.errors import LeaseHeld

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_CLOCK_STEP_S = 1.0
"""Readings of the start of one process differ by rounding; processes of one pid start further apart."""


@dataclass(frozen=True)
class Lease:
    """The right to be the one `name`; `epoch` grows with every new holder."""

    name: str
    holder: str
    epoch: int


def acquire(database: Database[Document], name: str, *, holder: str, ttl_s: float) -> Lease:
    """Take a lease that is free, has ended, or whose holder on this same machine is dead.

    Raises
    ------
    LeaseHeld : somebody alive holds it; the message names them.
    """
    leases = database[LEASES]
    nobody = {"holder": None, "host": None, "pid": None, "started": None, "epoch": 0, "expires_at": _NEVER}
    leases.update_one({"_id": name}, {"$setOnInsert": nobody}, upsert=True)
    taken = _take(leases, {"_id": name, "$expr": {"$lte": ["$expires_at", "$$NOW"]}}, holder, ttl_s)
    if taken is None:
        current = leases.find_one({"_id": name}) or nobody
        if _is_dead_here(current):
            taken = _take(leases, {"_id": name, "epoch": current["epoch"]}, holder, ttl_s)
    if taken is None:
        raise LeaseHeld(_held_message(name, leases.find_one({"_id": name}) or nobody))
    return Lease(name, holder, int(taken["epoch"]))


def renew(database: Database[Document], lease: Lease, ttl_s: float) -> bool:
    """Prolong a lease by `ttl_s` from now; False if somebody else has taken it."""
    result = database[LEASES].update_one(_own(lease), [{"$set": {"expires_at": _in(ttl_s)}}])
    return result.matched_count == 1


def release(database: Database[Document], lease: Lease) -> None:
    """Give a lease back; a lease lost meanwhile is left to its new holder."""
    database[LEASES].update_one(_own(lease), {"$set": {"expires_at": _NEVER}})


class LeaseKeeper:
    """Renews a lease in the background while in its context; `lost` is set once it is gone.

    Gone means: another epoch was seen, or the server did not answer for as long as the lease lasts.
    """

    def __init__(self, database: Database[Document], lease: Lease, ttl_s: float) -> None:
        self.lost = threading.Event()
        self._stop = threading.Event()
        self._database, self._lease, self._ttl_s = database, lease, ttl_s
        self._thread = threading.Thread(target=self._keep, name=f"lease {lease.name}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(timeout=self._ttl_s)

    def _keep(self) -> None:
        renewed_at = monotonic()
        while not self._stop.wait(self._ttl_s / 3):
            asked_at = monotonic()
            try:
                is_ours = renew(self._database, self._lease, self._ttl_s)
            except PyMongoError:
                is_ours = monotonic() - renewed_at < self._ttl_s
            else:
                renewed_at = asked_at
            if not is_ours:
                self.lost.set()
                return


def _own(lease: Lease) -> dict[str, Any]:
    return {"_id": lease.name, "epoch": lease.epoch}


def _in(ttl_s: float) -> dict[str, Any]:
    return {"$add": ["$$NOW", round(ttl_s * 1000)]}


def _take(
    leases: Collection[Document], filter_: Mapping[str, Any], holder: str, ttl_s: float
) -> Document | None:
    ours = {
        "holder": holder,
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "started": _started(psutil.Process()),
    }
    update = {name: {"$literal": value} for name, value in ours.items()}
    update |= {"epoch": {"$add": ["$epoch", 1]}, "expires_at": _in(ttl_s)}
    return leases.find_one_and_update(filter_, [{"$set": update}], return_document=ReturnDocument.AFTER)


def _is_dead_here(current: Mapping[str, Any]) -> bool:
    if current["host"] != socket.gethostname():
        return False
    try:
        process = psutil.Process(current["pid"])
        is_same = abs((_started(process) - current["started"]).total_seconds()) <= _CLOCK_STEP_S
        return not is_same or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _started(process: psutil.Process) -> datetime:
    return datetime.fromtimestamp(process.create_time(), UTC)


def _held_message(name: str, current: Mapping[str, Any]) -> str:
    return (
        f"{name!r} should run once at a time; it is held by {current['holder']} (host {current['host']}, "
        f"pid {current['pid']}, running since {current['started']:%Y-%m-%d %H:%M:%S} UTC) until "
        f"{current['expires_at']:%H:%M:%S} UTC unless renewed; stop that one, or wait"
    )
