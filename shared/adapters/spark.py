"""The local Spark under the stream, the large re-clustering and the studies.

It knows what all of them need: no port for other machines, no secret in a log, nothing said below an error,
UTC. What one of them reads, how much memory it takes and how it is tuned is its caller's.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from pyspark.sql import SparkSession

REDACTED = "(?i)secret|password|token|access[.]key|jaas|uri"
"""Names of options whose values Spark must never show; `uri`, because MongoDB's holds the password."""

_QUIET = f"-Dlog4j2.configurationFile=file:{Path(__file__).with_name('log4j2.properties')}"

_COMMON = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.redaction.regex": REDACTED,
    "spark.log.level": "ERROR",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
}


def start_local_spark(
    name: str,
    *,
    cores: int,
    driver_memory: str,
    jars: Sequence[Path] = (),
    java_options: str = "",
    own: Mapping[str, str | int] | None = None,
) -> SparkSession:
    """Start Spark in this process, or return the session that it has already.

    Parameters
    ----------
    cores : tasks at a time, and partitions after a shuffle. driver_memory : as Java writes it, `2g`.
    jars : connectors. java_options : for the JVM. own : further options of the caller.
    """
    os.environ["PYSPARK_PYTHON"] = sys.executable  # else the workers run whatever python3 the PATH has
    options: dict[str, str | int | float | bool | None] = {
        **_COMMON,
        "spark.jars": ",".join(map(str, jars)),
        "spark.driver.memory": driver_memory,
        "spark.driver.extraJavaOptions": f"{_QUIET} {java_options}",
        "spark.sql.shuffle.partitions": cores,
        **(own or {}),
    }
    builder = SparkSession.builder.master(f"local[{cores}]").appName(name)
    session: SparkSession = builder.config(map=options).getOrCreate()
    return session
