"""The task that every executor runs, on a batch DataFrame and a real database."""

from typing import Any

import pytest
from pymongo.database import Database
from pyspark.sql import DataFrame, SparkSession

from shared.adapters.mongo.collections import ensure
from shared.settings import InputSettings, MongoSettings, Settings
from streaming.task import executor
from streaming.task.context import BatchContext
from streaming.task.task_report import TaskReport, decode
from tests.support.shop import ZONE, per_partition, shop
from tests.support.shop_recount import expected_of

LINES = shop(seed=3, n_lines=1_500, n_customers=60, n_days=30)
SCHEMA = (
    "key binary, value binary, value_sha256 string, value_bytes int, "
    "headers array<struct<key: string, value: binary>>, partition int, offset long, kafka_ms long"
)


@pytest.fixture
def records(spark: SparkSession) -> DataFrame:
    """Both partitions one after the other in one task, as Spark may schedule them."""
    rows = [
        (line.key, line.value(), None, len(line.value()), None, partition, offset, line.arrival_ms)
        for partition, lines in sorted(per_partition(LINES).items())
        for offset, line in enumerate(lines)
    ]
    return spark.createDataFrame(rows, SCHEMA).coalesce(1)


@pytest.fixture
def context(mongo_uri: str, mongo_database: Database[dict[str, Any]]) -> BatchContext:
    ensure(mongo_database)
    settings = Settings(mongo=MongoSettings(database=mongo_database.name), input=InputSettings(zone=ZONE))
    return BatchContext(settings, mongo_uri, "unused:1", {}, 0, None, None, b"", b"", 0)


def _run(records: DataFrame, context: BatchContext) -> list[TaskReport]:
    rows = records.mapInArrow(executor.task(context), executor.RESULT_SCHEMA).collect()
    return [decode(bytes(row.report)) for row in rows]


def test_a_task_reports_once_per_partition_and_counts_every_record(
    records: DataFrame, context: BatchContext, mongo_database: Database[dict[str, Any]]
) -> None:
    reports = _run(records, context)
    expected = expected_of(LINES)
    ends = {partition: len(lines) for partition, lines in per_partition(LINES).items()}
    assert {report.partition: report.next_offset for report in reports} == ends
    assert sum(report.read for report in reports) == len(LINES)
    assert sum(report.unattributed for report in reports) == expected.counters["unattributed"]
    assert not any(report.has_fenced_ahead for report in reports)
    stored = {row["_id"]: row["monetary_minor"] for row in mongo_database["customers"].find()}
    assert stored == expected.customers.monetary_minor.to_dict()


def test_the_same_records_again_change_no_customer_and_say_so(
    records: DataFrame, context: BatchContext, mongo_database: Database[dict[str, Any]]
) -> None:
    _run(records, context)
    before = list(mongo_database["customers"].find())
    reports = _run(records, context)
    assert list(mongo_database["customers"].find()) == before
    assert all(report.has_fenced_ahead for report in reports)
    assert sum(report.touched for report in reports) == 0
