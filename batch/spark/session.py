"""A local Spark with the MongoDB connector, for as long as one re-clustering takes."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from pyspark.sql import SparkSession

from deploy.local.jars import mongo_connector_jars
from shared.config import Settings


@contextmanager
def spark_session(settings: Settings) -> Iterator[SparkSession]:
    """Start Spark without its web page and bound to the loopback address, and stop it at the end.

    Raises
    ------
    ServiceUnavailable, StartRefused : the connector's jars are neither in the cache nor to be had.
    """
    os.environ["PYSPARK_PYTHON"] = sys.executable  # else the workers run whatever python3 the PATH has
    session: SparkSession = (
        SparkSession.builder.master(f"local[{settings.stream.cores}]")
        .appName("resegment-recluster")
        .config("spark.jars", ",".join(str(jar) for jar in mongo_connector_jars()))
        .config("spark.driver.memory", settings.model.spark_memory)
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", settings.stream.cores)
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", 100_000)
        .config("spark.redaction.regex", "(?i)secret|password|token|access[.]key|jaas|uri")
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )
    try:
        yield session
    finally:
        session.stop()
