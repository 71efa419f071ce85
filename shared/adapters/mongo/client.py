"""The connection: durable writes, aware datetimes, and a replica set or nothing.

Secrets stay out of every message: of an address only the hosts are ever shown.
"""

from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import ConfigurationError, InvalidURI, OperationFailure, PyMongoError

from shared.documents import Document
from shared.errors import InvalidConfig, ServiceUnavailable

SELECTION_TIMEOUT_MS = 5_000
"""How long to look for a primary: longer than an election on a healthy set, short enough to wait for."""

WRITE_TIMEOUT_MS = 30_000
"""How long a majority may take to confirm a write; a set that needs longer has lost its majority."""

_NEXT = "start one with `resegment services up`, or correct mongo.uri (RESEG_MONGO__URI)"


def connect(uri: str, database: str, *, retry_writes: bool = True) -> Database[Document]:
    """Open a database and make sure that it answers.

    Writes wait for a majority and its journal whatever the address says; datetimes come back aware.

    Parameters
    ----------
    retry_writes : let the server remember each write, so that the driver may send it once more. Costs a
        quarter of the time of a bulk of replacements; without it the caller must find out what a lost
        connection has left.

    Raises
    ------
    InvalidConfig : the address cannot be read.
    ServiceUnavailable : nothing answers there, it refuses us, or it is not a replica set.
    """
    hosts = hosts_of(uri)
    try:
        client: MongoClient[Document] = MongoClient(
            uri,
            w="majority",
            journal=True,
            wTimeoutMS=WRITE_TIMEOUT_MS,
            retryWrites=retry_writes,
            serverSelectionTimeoutMS=SELECTION_TIMEOUT_MS,
            tz_aware=True,
            appname="resegment",
        )
    except (InvalidURI, ConfigurationError, ValueError):
        # Not chained: the driver may quote the address, and with it the password.
        hosts = hosts or "no host"
        msg = f"mongo.uri should be mongodb://host:port/?replicaSet=name; got an unreadable one for {hosts}"
        raise InvalidConfig(msg) from None
    try:
        _require_replica_set(client, hosts)
    except BaseException:
        client.close()
        raise
    return client[database]


def hosts_of(uri: str) -> str:
    """Return the hosts of an address, without user, password and options; for messages."""
    head, _, options = uri.rpartition("://")[2].partition("?")
    if "@" in options and "@" not in head:  # an unescaped `?` in the password, or an `@` in an option
        return "the given address"
    return head.rpartition("@")[2].partition("/")[0]


def _require_replica_set(client: MongoClient[Document], hosts: str) -> None:
    try:
        client.admin.command("ping")
        hello = client.admin.command("hello")
    except OperationFailure as error:
        reason = (error.details or {}).get("codeName", error.code)
        msg = f"MongoDB at {hosts} should let us in; got {reason}; correct the user and password in mongo.uri"
        raise ServiceUnavailable(msg) from None
    except PyMongoError as error:
        limit_s = SELECTION_TIMEOUT_MS / 1000
        msg = f"MongoDB should answer at {hosts} within {limit_s:.0f} s; got {type(error).__name__}; {_NEXT}"
        raise ServiceUnavailable(msg) from None
    if "setName" not in hello and hello.get("msg") != "isdbgrid":
        msg = (
            f"MongoDB at {hosts} should be a replica set, if of one member; got a standalone server; {_NEXT}"
        )
        raise ServiceUnavailable(msg)
