"""A shop at rest in a database of its own."""

import pytest

from shared.adapters.mongo.collections import CUSTOMERS, LIVE_MODEL, ensure
from tests.support.serving import Docs
from tests.support.still_shop import customers, live_model


@pytest.fixture
def database(mongo_database: Docs) -> Docs:
    ensure(mongo_database)
    mongo_database[CUSTOMERS].insert_many(customers())
    mongo_database[LIVE_MODEL].insert_one(live_model())
    return mongo_database
