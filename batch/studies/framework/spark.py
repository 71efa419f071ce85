"""One local Spark for all studies of a run; it starts when the first of them asks."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from pyspark.sql import SparkSession

from deploy.local.java import find_java

_LOG_RULES = Path(__file__).with_name("log4j2.properties")

# Studies run many small jobs once: the thorough compiler never earns back what it costs. Without it the
# Spark part of `mall-som` took 14 instead of 27 seconds of processor time.
_QUICK_COMPILER = "-XX:TieredStopAtLevel=1"


@contextmanager
def shared_spark(cores: int = 2, driver_memory: str = "2g") -> Iterator[Callable[[], SparkSession]]:
    """Give a function that gives the session; whatever was started is stopped at the end.

    Raises
    ------
    ServiceUnavailable : no Java that Spark takes, on the first call.
    """
    started: list[SparkSession] = []

    @cache
    def session() -> SparkSession:
        started.append(_start(cores, driver_memory))
        return started[0]

    try:
        yield session
    finally:
        for spark in started:
            spark.stop()


def _start(cores: int, driver_memory: str) -> SparkSession:
    """Start a session that opens no port to other machines."""
    find_java()
    os.environ["PYSPARK_PYTHON"] = sys.executable  # else the workers run whatever python3 the PATH has
    session: SparkSession = (
        SparkSession.builder.master(f"local[{cores}]")
        .appName("resegment-studies")
        .config("spark.driver.memory", driver_memory)
        .config(
            "spark.driver.extraJavaOptions", f"{_QUICK_COMPILER} -Dlog4j2.configurationFile=file:{_LOG_RULES}"
        )
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", cores)
        .config("spark.sql.execution.arrow.pyspark.enabled", "true")
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )
    return session
