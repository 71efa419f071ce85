"""What the JVM does with a record before any Python worker sees it."""

import os
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from pyspark.sql import Row, SparkSession

from streaming.driver.kafka_source import bounded

LIMIT = 1_000
AT = datetime(2011, 12, 9, 12, 0, 0, 123_000, tzinfo=UTC)
SCHEMA = (
    "key binary, value binary, topic string, partition int, offset long, timestamp timestamp, "
    "timestampType int, headers array<struct<key: string, value: binary>>"
)
LONG = os.urandom(5_000)


def _kafka_row(offset: int, value: bytes | None, key: bytes | None = b"k") -> tuple[Any, ...]:
    return key, value, "t", 0, offset, AT, 0, [("h", b"\xff")]


@pytest.fixture(scope="module")
def selected(spark: SparkSession) -> dict[int, Row]:
    values = {0: b"", 1: b"x" * LIMIT, 2: b"x" * (LIMIT + 1), 3: LONG, 4: None, 5: "ü".encode() * LIMIT}
    rows = [_kafka_row(offset, value) for offset, value in values.items()]
    rows.append(_kafka_row(6, b"v", key=b"k" * 2_000))
    raw = spark.createDataFrame(rows, SCHEMA)
    return {row.offset: row for row in bounded(raw, LIMIT).collect()}


def test_a_value_within_the_limit_is_left_alone_and_not_hashed(selected: dict[int, Row]) -> None:
    for offset, value in ((0, b""), (1, b"x" * LIMIT)):
        row = selected[offset]
        assert (bytes(row.value), row.value_bytes, row.value_sha256) == (value, len(value), None)


@pytest.mark.parametrize(("offset", "value"), [(2, b"x" * (LIMIT + 1)), (3, LONG), (5, "ü".encode() * LIMIT)])
def test_a_longer_value_is_cut_by_bytes_and_hashed_as_a_whole(
    offset: int, value: bytes, selected: dict[int, Row]
) -> None:
    row = selected[offset]
    assert bytes(row.value) == value[: LIMIT + 1]
    assert row.value_bytes == len(value)
    assert row.value_sha256 == sha256(value).hexdigest()


def test_a_tombstone_stays_one(selected: dict[int, Row]) -> None:
    assert (selected[4].value, selected[4].value_bytes, selected[4].value_sha256) == (None, None, None)


def test_key_time_and_headers_come_along(selected: dict[int, Row]) -> None:
    row = selected[6]
    assert bytes(row.key) == b"k" * LIMIT
    assert row.kafka_ms == round(AT.timestamp() * 1000)
    assert [(header.key, bytes(header.value)) for header in row.headers] == [("h", b"\xff")]
