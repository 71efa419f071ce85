"""A local Spark with the MongoDB connector, for as long as one re-clustering takes."""

from collections.abc import Iterator
from contextlib import contextmanager

from pyspark.sql import SparkSession

from shared.adapters.jars.sets import mongo_connector_jars
from shared.adapters.spark import start_local_spark
from shared.settings import Settings


@contextmanager
def spark_session(settings: Settings) -> Iterator[SparkSession]:
    """Start Spark with the connector, and stop it at the end.

    Raises
    ------
    ServiceUnavailable, StartRefused : the connector's jars are neither in the cache nor to be had.
    """
    session = start_local_spark(
        "resegment-recluster",
        cores=settings.stream.cores,
        driver_memory=settings.model.spark_memory,
        jars=mongo_connector_jars(),
        own={"spark.sql.execution.arrow.maxRecordsPerBatch": 100_000},
    )
    try:
        yield session
    finally:
        session.stop()
