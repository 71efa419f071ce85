"""What the stream refuses at its start, with the reason and the way out; and how it stops."""

import re
import signal
from collections.abc import Callable
from typing import Any

import pytest
from kafka import KafkaAdminClient
from pymongo import MongoClient

from tests.support.kafka_records import send_lines
from tests.support.shop import PARTITIONS, SoldLine
from tests.support.shop_fixtures import SiteFactory
from tests.support.shop_recount import Expected, expected_of
from tests.support.snapshot import check, check_counts, take
from tests.support.streams import Child, Site, reclustering, run_stream, stream

Client = MongoClient[dict[str, Any]]
REFUSED, HELD = 2, 6
STOP_S = 30.0


def _live(client: Client, where: Site) -> dict[str, Any]:
    found = client[where.settings.mongo.database]["live_model"].find_one({"_id": "main"})
    return found or {"rev": 0, "counters": {"read": 0}, "clean": None}


def test_a_recreated_topic_is_refused_until_it_is_accepted(
    new_site: SiteFactory,
    new_topic: Callable[[], str],
    kafka_admin: KafkaAdminClient,
    kafka_bootstrap: str,
    mongo_client: Client,
    lines: list[SoldLine],
) -> None:
    where = new_site(new_topic()).with_settings(stream__pause_for_requests="false")
    topic = where.settings.kafka.topic
    send_lines(kafka_bootstrap, topic, lines[:600])
    run_stream(where)
    kafka_admin.delete_topics([topic], timeout_ms=30_000)
    options = {"num_partitions": PARTITIONS, "replication_factor": 1}
    kafka_admin.create_topics({topic: options}, timeout_ms=30_000, wait_for_metadata=True)
    send_lines(kafka_bootstrap, topic, lines[400:1000])
    before = take(mongo_client[where.settings.mongo.database])

    said = run_stream(where, code=REFUSED)

    assert "recreated" in said
    assert "--accept-new-topic" in said
    assert take(mongo_client[where.settings.mongo.database]).customers == before.customers

    run_stream(where, "--accept-new-topic")
    after = take(mongo_client[where.settings.mongo.database])
    check(after)
    check_counts(after, expected_of([*lines[:600], *lines[400:1000]]))
    assert after.live.fence_epoch == before.live.fence_epoch + 1


@pytest.mark.parametrize("option", ["minPartitions", "maxRecordsPerPartition", "startingOffsets"])
def test_an_option_that_would_lose_events_is_refused(
    option: str, new_site: SiteFactory, shop_topic: str
) -> None:
    said = run_stream(new_site(shop_topic), "--set", f"kafka.options.{option}=8", code=REFUSED)
    assert f"kafka.options.{option} should not be set".lower() in said.lower()


@pytest.fixture
def slow(new_site: SiteFactory, shop_topic: str) -> Site:
    """Small batches: there is always one more to come."""
    return new_site(shop_topic).with_settings(
        stream__max_offsets_per_trigger="500", stream__pause_for_requests="false"
    )


def test_one_stream_runs_at_a_time_and_stops_cleanly_when_asked(
    slow: Site, mongo_client: Client, expected: Expected
) -> None:
    with reclustering(slow):
        with stream(slow) as first:
            _until_read(first, mongo_client, slow, 1_000)
            _check_second_is_refused(slow, first)
            first.signal(signal.SIGTERM)
            assert first.wait(STOP_S) == 128 + signal.SIGTERM, first.log
        stopped = _live(mongo_client, slow)
        assert stopped["clean"]
        with stream(slow) as second:
            _until_read(second, mongo_client, slow, stopped["counters"]["read"] + 500)
            assert "recounted" not in second.log
            second.signal_all(signal.SIGINT)
            assert second.wait(STOP_S) == 128 + signal.SIGINT, second.log
        assert _live(mongo_client, slow)["clean"]
        fast = slow.with_settings(stream__max_offsets_per_trigger="8000")
        assert "recounted" not in run_stream(fast)
    after = take(mongo_client[slow.settings.mongo.database])
    check(after)
    check_counts(after, expected)


def _check_second_is_refused(where: Site, first: Child) -> None:
    said = run_stream(where, code=HELD)
    assert re.search(rf"held by \S+:{first.pid} .*pid {first.pid}", said), said
    assert first.tree(), "the first goes on"


def _until_read(child: Child, client: Client, where: Site, n: int) -> None:
    child.until(lambda: bool(_live(client, where)["counters"]["read"] >= n), f"{n} records read")
