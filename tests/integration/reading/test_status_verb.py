"""What `status` says of a stream, and of one that never ran or does not add up."""

from typing import Any

from tests.support.day_rules import DAY_RULES
from tests.support.read_shop import live_model
from tests.support.verbs import Resegment, document


def test_status_shows_lease_counters_identity_requests_and_runs(resegment: Resegment) -> None:
    done = resegment("status")

    assert done.code == 0, done.stderr
    assert "held by resegment-1 on shop (process 4711), epoch 2" in done.stdout
    assert (
        "1,000 read = 700 applied + 20 duplicate + 5 late + 270 unattributed + 5 rejected: exact"
        in done.stdout
    )
    assert "schedule:2011-12-10" in done.stdout
    assert "inertia 4% lower" in done.stdout
    assert "the tick held" in done.stdout


def test_status_as_json_is_one_document_with_iso_dates(resegment: Resegment) -> None:
    status = document(resegment("status", "--json"))

    assert status["accounting"]["exact"] is True
    assert status["live"]["as_of"] == "2011-12-10T00:00:00.000Z"
    assert status["lag"] is None
    assert "kmeans" not in status["live"]


def test_status_counts_the_lag_of_a_topic_that_exists(
    resegment: Resegment, shop: Any, topic_factory: Any
) -> None:
    topic = topic_factory()
    changes = {
        "topic": {"name": topic, "id": "uuid", "partitions": 1},
        "offsets": [{"partition": 0, "next": 0}],
        "clocks": [],
        "day_rules": DAY_RULES,
    }
    shop["live_model"].insert_one(live_model(_id="lagging", **changes))

    assert document(resegment("status", "--json", "--set", "stream.id=lagging"))["lag"] == 0


def test_status_says_when_the_identity_does_not_hold(resegment: Resegment, shop: Any) -> None:
    counters = live_model()["counters"] | {"read": 1001}
    shop["live_model"].insert_one(live_model(_id="broken", counters=counters))

    done = resegment("status", "--set", "stream.id=broken")

    assert "DOES NOT ADD UP" in done.stdout


def test_status_of_a_stream_that_never_ran_says_so(resegment: Resegment) -> None:
    done = resegment("status", "--set", "stream.id=nobody")

    assert done.code == 0
    assert "nothing stored yet" in done.stdout
