"""The input: one streaming DataFrame of raw Kafka records, cut to a bounded size natively.

A record that is too long is cut in the JVM, with its length and hash beside it, so that no
Python worker ever holds it.
"""

from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - the name every Spark reader knows

from shared.adapters.spark import start_local_spark
from shared.errors import StartRefused
from shared.settings import Settings

FORBIDDEN_OPTIONS = ("minpartitions", "maxrecordsperpartition")
"""Spark options that hand one topic-partition to several tasks: the task with the higher offsets may
then write a customer first, and the lower ones would count as done."""

_OWN_OPTIONS = (
    "subscribe",
    "subscribepattern",
    "assign",
    "startingoffsets",
    "maxoffsetspertrigger",
    "failondataloss",
)


def refuse_split_partitions(options: dict[str, str]) -> None:
    """Refuse pass-through options under which a customer's records could be applied out of order.

    Raises
    ------
    StartRefused : naming the option.
    """
    for name in options:
        if name.lower() in FORBIDDEN_OPTIONS:
            msg = (
                f"kafka.options.{name} should not be set: it splits a partition between tasks, "
                "which loses events; remove it"
            )
            raise StartRefused(msg)
        if name.lower() in _OWN_OPTIONS:
            msg = (
                f"kafka.options.{name} should not be set: the job sets it itself; see `resegment config show`"
            )
            raise StartRefused(msg)


def start_spark(settings: Settings, connector_jars: list[Path], checkpoint: Path) -> SparkSession:
    """Start a local Spark with what the stream needs besides; see `start_local_spark`."""
    return start_local_spark(
        f"resegment-{settings.stream.id}",
        cores=settings.stream.cores,
        driver_memory=settings.stream.driver_memory,
        jars=connector_jars,
        java_options="-Xss8m",
        own={
            "spark.sql.execution.arrow.maxRecordsPerBatch": 5_000,
            "spark.sql.streaming.checkpointLocation": str(checkpoint),
            "spark.sql.streaming.stopTimeout": "30s",
            "spark.sql.streaming.metricsEnabled": "false",
            "spark.sql.adaptive.enabled": "false",
        },
    )


def read_records(spark: SparkSession, settings: Settings, bootstrap: str) -> DataFrame:
    """Read the topic as `bounded` gives it."""
    raw = (
        spark.readStream.format("kafka")
        .options(**settings.kafka.options)
        .option("kafka.bootstrap.servers", bootstrap)
        .option("subscribe", settings.kafka.topic)
        .option("startingOffsets", "earliest")
        .option("maxOffsetsPerTrigger", settings.stream.max_offsets_per_trigger)
        .option("failOnDataLoss", "true")
        .option("includeHeaders", "true")
        .load()
    )
    return bounded(raw, settings.input.max_record_bytes)


def bounded(raw: DataFrame, limit: int) -> DataFrame:
    """Return key, value (cut), headers, partition, offset, kafka_ms, value_bytes, value_sha256.

    A value longer than `limit` bytes keeps one byte more than that, so that it still shows as too
    long, and has the hash of the whole; others have none.
    """
    is_long = F.length("value") > limit
    return raw.select(
        F.expr(f"substring(key, 1, {limit})").alias("key"),
        F.when(is_long, F.expr(f"substring(value, 1, {limit + 1})")).otherwise(F.col("value")).alias("value"),
        F.when(is_long, F.sha2("value", 256)).alias("value_sha256"),
        F.length("value").alias("value_bytes"),
        "headers",
        "partition",
        "offset",
        F.unix_millis("timestamp").alias("kafka_ms"),
    )
