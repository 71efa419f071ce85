"""The stream against pandas: one pass, another batch size, a lost checkpoint, a second sending."""

import shutil
from collections.abc import Callable
from typing import Any

import pytest
from pymongo import MongoClient

from tests.support.kafka_records import send_lines
from tests.support.shop import SoldLine
from tests.support.shop_fixtures import SiteFactory
from tests.support.shop_recount import Expected, expected_of
from tests.support.snapshot import Snapshot, check, check_counts, take
from tests.support.streams import Site, reclustering, run_stream

Client = MongoClient[dict[str, Any]]
Run = Callable[[], Snapshot]


@pytest.fixture(scope="module")
def where(new_site: SiteFactory, new_topic: Callable[[], str]) -> Site:
    return new_site(new_topic())


@pytest.fixture(scope="module")
def once(where: Site, kafka_bootstrap: str, lines: list[SoldLine], mongo_client: Client) -> Snapshot:
    send_lines(kafka_bootstrap, where.settings.kafka.topic, lines)
    return _streamed(where, mongo_client)


@pytest.fixture(scope="module")
def sent_again(
    where: Site, once: Snapshot, kafka_bootstrap: str, lines: list[SoldLine], mongo_client: Client
) -> Snapshot:
    """Send everything once more, lose the checkpoint, and read the topic from its beginning."""
    send_lines(kafka_bootstrap, where.settings.kafka.topic, lines)
    shutil.rmtree(where.checkpoint)
    return _streamed(where, mongo_client)


@pytest.fixture(scope="module")
def other_batches(new_site: SiteFactory, shop_topic: str, mongo_client: Client) -> Snapshot:
    return _streamed(new_site(shop_topic).with_settings(stream__max_offsets_per_trigger="2711"), mongo_client)


def _streamed(where: Site, client: Client) -> Snapshot:
    with reclustering(where) as served:
        run_stream(where)
    assert [one.status for one in served] == ["done"] * len(served)
    return take(client[where.settings.mongo.database])


def test_every_customer_and_total_is_what_pandas_counts(once: Snapshot, expected: Expected) -> None:
    check(once)
    check_counts(once, expected)


def test_the_run_has_seen_models_moves_and_metrics(once: Snapshot) -> None:
    causes = {row["cause"] for row in once.transitions}
    assert causes == {"purchase", "return", "ageing", "model"}
    assert once.n_models >= 3
    assert {customer["status"] for customer in once.customers.values()} == {
        "clustered",
        "no_purchase",
        "no_net_spend",
    }
    under = {name.rpartition(":")[0] for name in once.told["segment_stats"]}
    assert len(under) >= 4, "one set of statistics for each model and tick"


def test_another_batch_size_counts_the_same(other_batches: Snapshot, expected: Expected) -> None:
    check(other_batches)
    check_counts(other_batches, expected)


def test_a_lost_checkpoint_and_everything_sent_again_count_nothing_twice(
    sent_again: Snapshot, lines: list[SoldLine], expected: Expected
) -> None:
    check(sent_again)
    twice = expected_of([*lines, *lines])
    check_counts(sent_again, twice)
    assert twice.counters["applied"] == expected.counters["applied"]
    assert twice.counters["unattributed"] == 2 * expected.counters["unattributed"]
    assert twice.counters["late"] > expected.counters["late"]


def test_every_late_line_is_kept_with_its_bytes(once: Snapshot, lines: list[SoldLine]) -> None:
    values = {line.value() for line in lines}
    assert len(once.rejected) == once.counters["late"]
    assert {row["code"] for row in once.rejected} == {"late"}
    assert {bytes(row["value"]) for row in once.rejected} <= values
