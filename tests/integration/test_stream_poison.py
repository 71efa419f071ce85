"""One record in twenty is poison of every kind: the good ones must not notice."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pandas as pd
import pytest
from kafka import KafkaAdminClient
from pymongo import MongoClient

from tests.support import poison
from tests.support.kafka_records import MAX_RECORD_BYTES, Record, of_case, of_line, read_all, send
from tests.support.poison_case import PoisonCase
from tests.support.shop import PARTITIONS, SoldLine
from tests.support.shop_fixtures import SiteFactory
from tests.support.shop_recount import Expected
from tests.support.snapshot import Snapshot, check, counted, take
from tests.support.streams import reclustering, run_stream

FIRST = datetime(2011, 4, 10, 12, tzinfo=UTC)
ROUNDS = 10
LIMIT = 65_536


@dataclass(frozen=True)
class Mixed:
    """What was sent, where each poison record landed, and what came of it."""

    records: int
    poison: dict[tuple[int, int], tuple[PoisonCase, int]]
    after: Snapshot
    dead_letters: list[Any]


def _rounds() -> list[tuple[PoisonCase, int]]:
    """Every case ten times, an hour apart, each with its Kafka time; the ten megabytes only once."""
    found = []
    for nth in range(ROUNDS):
        at = FIRST + timedelta(hours=nth)
        cases = poison.cases(kafka_time=at, oversized_bytes=100_000 if nth else 10_000_000)
        found += [(case, round(at.timestamp() * 1000)) for case in cases]
    return found


@pytest.fixture(scope="module")
def mixed(
    new_site: SiteFactory,
    kafka_bootstrap: str,
    kafka_admin: KafkaAdminClient,
    new_topic: Callable[..., str],
    lines: list[SoldLine],
    mongo_client: MongoClient[dict[str, Any]],
) -> Mixed:
    topic = new_topic(**{"max.message.bytes": str(MAX_RECORD_BYTES)})
    kafka_admin.create_topics(
        {f"{topic}.dlq": {"num_partitions": PARTITIONS, "replication_factor": 1}}, timeout_ms=30_000
    )
    bad = _rounds()
    sent, cases = _mix(lines, bad)
    places = send(kafka_bootstrap, topic, sent)
    where = new_site(topic).with_settings(input__currency=poison.CURRENCY)
    with reclustering(where):
        run_stream(where)
    after = take(mongo_client[where.settings.mongo.database])
    landed = {places[at]: case for at, case in cases.items()}
    return Mixed(len(sent), landed, after, read_all(kafka_bootstrap, f"{topic}.dlq"))


def _mix(
    lines: list[SoldLine], bad: list[tuple[PoisonCase, int]]
) -> tuple[list[Record], dict[int, tuple[PoisonCase, int]]]:
    every = len(lines) // len(bad)
    sent: list[Record] = []
    cases: dict[int, tuple[PoisonCase, int]] = {}
    left = iter(bad)
    for nth, line in enumerate(lines):
        case = next(left, None) if nth % every == 0 else None
        if case is not None:
            cases[len(sent)] = case
            sent.append(of_case(*case))
        sent.append(of_line(line))
    assert next(left, None) is None
    return sent, cases


def test_every_record_has_exactly_one_outcome(mixed: Mixed, expected: Expected) -> None:
    check(mixed.after)
    outcomes = Counter(case.expected.partition(":")[0] for case, _ in mixed.poison.values())
    counters = mixed.after.counters
    assert counters["read"] == mixed.records
    assert counters["rejected"] == outcomes["rejected"]
    assert counters["unattributed"] == expected.counters["unattributed"] + outcomes["unattributed"]
    known = ("applied", "duplicate", "late")
    assert sum(counters[n] for n in known) == sum(expected.counters[n] for n in known) + outcomes["applied"]


def test_poison_makes_one_record_in_twenty(mixed: Mixed) -> None:
    assert len(mixed.poison) / mixed.records > 0.045


def test_the_neighbours_of_poison_are_what_they_would_have_been(mixed: Mixed, expected: Expected) -> None:
    table = counted(mixed.after)
    good = table[table.index.isin(expected.customers.index)]
    pd.testing.assert_frame_equal(good, expected.customers, check_names=False)


def test_whoever_sent_only_poison_is_no_customer(mixed: Mixed, expected: Expected) -> None:
    strangers = set(mixed.after.customers) - set(expected.customers.index)
    assert strangers == {case.customer_id for case, _ in mixed.poison.values() if case.customer_id}


def test_each_rejected_record_is_kept_with_its_code_and_bytes(mixed: Mixed) -> None:
    kept = {(row["partition"], row["offset"]): row for row in mixed.after.rejected if row["code"] != "late"}
    wanted = {place: case for place, (case, _) in mixed.poison.items() if case.is_rejected}
    assert kept.keys() == wanted.keys()
    for place, case in wanted.items():
        row = kept[place]
        assert f"rejected:{row['code']}" == case.expected, case.name
        assert row["field"] == case.field, case.name
        _assert_bytes(row["value"], row["value_bytes"], row["value_sha256"], case)


def _assert_bytes(value: bytes | None, length: int, digest: str | None, case: PoisonCase) -> None:
    whole = case.value
    assert length == len(whole or b""), case.name
    if whole is not None and len(whole) > LIMIT:
        assert value == whole[: LIMIT + 1], case.name
        assert digest == sha256(whole).hexdigest(), case.name
    else:
        assert value == whole, case.name
        assert not digest, case.name


def test_the_dead_letter_topic_has_the_record_as_it_came_and_why(mixed: Mixed) -> None:
    wanted = {place: case for place, (case, _) in mixed.poison.items() if case.is_rejected}
    seen = set()
    for record in mixed.dead_letters:
        headers = {name: value.decode("utf-8", "replace") for name, value in record.headers}
        assert headers["__connect.errors.connector.name"] == "resegment"
        place = int(headers["__connect.errors.partition"]), int(headers["__connect.errors.offset"])
        case = wanted[place]
        seen.add(place)
        assert f"rejected:{headers['reseg.error.code']}" == case.expected
        assert headers["__connect.errors.exception.message"]
        assert record.key == case.key
        assert set(case.headers) <= set(record.headers)
        length, digest = int(headers["reseg.value.bytes"]), headers["reseg.value.sha256"]
        _assert_bytes(record.value, length, digest, case)
    assert seen == wanted.keys()
    assert len(mixed.dead_letters) == len(wanted), "without a crash, each exactly once"
