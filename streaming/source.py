"""The input: one streaming DataFrame of raw Kafka records, cut to a bounded size natively.

A record that is too long is cut in the JVM, with its length and hash beside it, so that no
Python worker ever holds it.
"""

import os
import sys
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - the name every Spark reader knows

from shared.config import Settings
from shared.errors import StartRefused

FORBIDDEN_OPTIONS = ("minpartitions", "maxrecordsperpartition")
"""Spark options that hand one topic-partition to several tasks: the task with the higher offsets may
then write a customer first, and the lower ones would count as done."""

_LOG_RULES = Path(__file__).with_name("log4j2.properties")

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
    """Start a local Spark with everything the stream needs, and nothing that opens a port to others."""
    jars = ",".join(str(jar) for jar in connector_jars)
    os.environ["PYSPARK_PYTHON"] = sys.executable  # else the workers run whatever python3 the PATH has
    session: SparkSession = (
        SparkSession.builder.master(f"local[{settings.stream.cores}]")
        .appName(f"resegment-{settings.stream.id}")
        .config("spark.jars", jars)
        .config("spark.driver.memory", settings.stream.driver_memory)
        .config("spark.driver.extraJavaOptions", f"-Xss8m -Dlog4j2.configurationFile=file:{_LOG_RULES}")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", settings.stream.cores)
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", 5_000)
        .config("spark.sql.streaming.checkpointLocation", str(checkpoint))
        .config("spark.sql.streaming.stopTimeout", "30s")
        .config("spark.sql.streaming.metricsEnabled", "false")
        .config("spark.sql.adaptive.enabled", "false")
        .config("spark.redaction.regex", "(?i)secret|password|token|access[.]key|jaas|uri")
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )
    return session


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
