"""Who is clustered, and which tick of the stream they are read at."""

import threading
from typing import Any

import pytest

from batch.load import load_customers
from shared.adapters.mongo.collections import CUSTOMERS, LIVE_MODEL
from shared.errors import ReclusteringError
from tests.support.serving import Docs
from tests.support.still_shop import AS_OF, customer, live_model

DEADLINE_S = 90.0


def pend(database: Docs, pending: dict[str, Any] | None) -> None:
    database[LIVE_MODEL].update_one({"_id": "main"}, {"$set": {"pending": pending}})


def test_only_customers_with_a_purchase_and_net_spend_are_clustered(database: Docs) -> None:
    left_out = [customer(f"x{at}", 5, 1, 10.0) for at in range(4)]
    left_out[0] |= {"frequency": 0, "first_purchase_at": None, "last_purchase_at": None}
    left_out[1] |= {"monetary_minor": 0}
    left_out[2] |= {"monetary_minor": -5}
    left_out[3] |= {"deleted": True}
    database[CUSTOMERS].insert_many(left_out)

    table = load_customers(database, "main", wait_s=1)

    assert table.n == 450
    assert table.rfm.last_purchase_ms.max() <= table.as_of_ms


def test_a_pass_in_progress_is_waited_for(database: Docs) -> None:
    pend(database, {"model_version": 1, "model_epoch": 1, "as_of": AS_OF})
    timer = threading.Timer(0.5, pend, (database, None))
    timer.start()

    table = load_customers(database, "main", wait_s=DEADLINE_S)
    timer.join()

    assert table.n == 450


@pytest.mark.parametrize(
    ("changes", "obstacle"),
    [
        ({"pending": {"model_version": 1, "model_epoch": 1, "as_of": AS_OF}}, "rewriting"),
        ({"as_of": None}, "no day has come"),
    ],
)
def test_a_stream_that_never_settles_is_reported(
    database: Docs, changes: dict[str, Any], obstacle: str
) -> None:
    database[LIVE_MODEL].replace_one({"_id": "main"}, live_model(**changes))

    with pytest.raises(ReclusteringError, match=obstacle):
        load_customers(database, "main", wait_s=0.3)
