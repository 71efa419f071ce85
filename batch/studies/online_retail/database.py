"""The database of the studies, apart from the product's own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pymongo.database import Database

from deploy.local.services import resolve
from shared.adapters.mongo.client import Document, connect
from shared.errors import ServiceUnavailable
from shared.settings import Settings

_NO_KAFKA = "not needed"
"""An address that is given is not started."""


@contextmanager
def open_database(settings: Settings, say: Callable[[str], None]) -> Iterator[Database[Document]]:
    """Open it at the configured address, else at the embedded mongod, which is started if need be.

    Raises
    ------
    ServiceUnavailable : there is none; the message names the way without.
    """
    try:
        services = resolve(
            kafka_bootstrap=_NO_KAFKA,
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
