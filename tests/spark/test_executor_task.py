"""The task that every executor runs, on a batch DataFrame and a real database."""

from typing import Any

import pytest
from pydantic import SecretStr
from pymongo.database import Database
from pyspark.sql import DataFrame, SparkSession

from shared.adapters.mongo.collections import ensure
from shared.core.customers.transactions import NEVER_DAY
from shared.settings import InputSettings, MongoSettings, Settings
from streaming.driver.spark_tasks import run_tasks
from streaming.task.context import BatchContext
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
    settings = Settings(
        mongo=MongoSettings(uri=SecretStr(mongo_uri), database=mongo_database.name),
        input=InputSettings(zone=ZONE),
    )
    return BatchContext(settings, {}, 0, None, None, b"", b"", 0, NEVER_DAY, {}, 31)


def test_a_task_reports_once_per_partition_and_counts_every_record(
    records: DataFrame, context: BatchContext, mongo_database: Database[dict[str, Any]]
) -> None:
    reports = run_tasks(records, context)
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
    run_tasks(records, context)
    before = list(mongo_database["customers"].find())
    reports = run_tasks(records, context)
    assert list(mongo_database["customers"].find()) == before
    assert all(report.has_fenced_ahead for report in reports)
    assert sum(report.touched for report in reports) == 0
