"""Where a verb finds Kafka and MongoDB: the settings, else the embedded services that are running."""

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from shared.errors import ServiceUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pymongo.database import Database

    from shared.settings import Settings


@contextmanager
def open_database(settings: "Settings") -> "Iterator[Database[dict[str, Any]]]":
    """Open the database of a verb that expects it to be there already.

    Raises
    ------
    ServiceUnavailable : no address, or nothing answers there.
    InvalidConfig : the address cannot be read.
    """
    from shared.adapters.mongo import connect

    database = connect(mongo_uri(settings), settings.mongo.database)
    with database.client:
        yield database


@contextmanager
def open_studies_database(
    settings: "Settings", say: "Callable[[str], None]"
) -> "Iterator[Database[dict[str, Any]]]":
    """Open the studies' own database: at the configured address, or an embedded one, started if need be.

    Raises
    ------
    ServiceUnavailable : there is none; the message names the way without.
    """
    from deploy.local.local_services import resolve
    from shared.adapters.mongo import connect

    try:
        services = resolve(
            kafka_bootstrap="not needed",  # an address that is given is not started
            mongo_uri=settings.mongo.uri.get_secret_value(),
            folder=settings.services.folder,
            say=say,
        )
        with services:
            database = connect(services.mongo_uri, f"{settings.mongo.database}_studies")
            with database.client:
                yield database
    except ServiceUnavailable as error:
        msg = f"{error}; or store nothing: --no-store"
        raise ServiceUnavailable(msg) from error


def mongo_uri(settings: "Settings") -> str:
    """Give the address of MongoDB; it may hold a password, so it is never shown.

    Raises
    ------
    ServiceUnavailable : neither set nor running.
    """
    address = settings.mongo.uri.get_secret_value() or running_service(settings, "mongo")
    if not address:
        msg = "MongoDB: no address; start one with `resegment services up` or set RESEG_MONGO__URI"
        raise ServiceUnavailable(msg)
    return address


def with_mongo_uri(settings: "Settings") -> "Settings":
    """Give the settings with the address that `mongo_uri` finds, for a job that hands it on."""
    from pydantic import SecretStr

    mongo = settings.mongo.model_copy(update={"uri": SecretStr(mongo_uri(settings))})
    return settings.model_copy(update={"mongo": mongo})


def with_addresses(settings: "Settings") -> "Settings":
    """Give the settings with the addresses of both services, for a job that hands them on."""
    kafka = settings.kafka.model_copy(update={"bootstrap_servers": kafka_servers(settings)})
    return with_mongo_uri(settings).model_copy(update={"kafka": kafka})


def kafka_servers(settings: "Settings") -> str:
    """Give the bootstrap servers of Kafka.

    Raises
    ------
    ServiceUnavailable : neither set nor running.
    """
    address = settings.kafka.bootstrap_servers or running_service(settings, "kafka")
    if not address:
        msg = (
            "Kafka: no address; start one with `resegment services up` or set RESEG_KAFKA__BOOTSTRAP_SERVERS"
        )
        raise ServiceUnavailable(msg)
    return address


def running_service(settings: "Settings", name: str) -> str | None:
    """Give the address of an embedded service that runs now."""
    from deploy.local import local_services

    found = (status for status in local_services.status(settings.services.folder) if status.name == name)
    return next((status.uri for status in found if status.state == "running"), None)
