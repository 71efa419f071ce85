"""The local Spark under the stream, the large re-clustering and the studies.

It knows what all of them need: no port for other machines, no secret in a log, UTC, and a file for what
Spark and Java say, so that a verb's answer is its own. What one of them reads, how much memory it takes
and how it is tuned is its caller's.
"""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from subprocess import STDOUT, Popen, TimeoutExpired

from py4j.protocol import Py4JError  # type: ignore[import-untyped]
from pyspark import SparkConf, SparkContext
from pyspark.errors import PySparkException
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession

from shared.errors import SparkNotStarted

REDACTED = "(?i)secret|password|token|access[.]key|jaas|uri"
"""Names of options whose values Spark must never show; `uri`, because MongoDB's holds the password."""

_QUIET = f"-Dlog4j2.configurationFile=file:{Path(__file__).with_name('log4j2.properties')}"
_LOGS = Path(".local/spark")
_TIDYING_S = 3.0

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
    name : of the application, and of the file that it writes to, see `log_of`.
    cores : tasks at a time, and partitions after a shuffle. driver_memory : as Java writes it, `2g`.
    jars : connectors. java_options : for the JVM. own : further options of the caller.

    Raises
    ------
    SparkNotStarted : with the last line of what Java said, and where the rest is.
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
    conf = SparkConf().setMaster(f"local[{cores}]").setAppName(name)
    conf.setAll([(key, str(value)) for key, value in options.items()])
    try:
        _start_java(conf, log_of(name))
        session: SparkSession = SparkSession.builder.config(conf=conf).getOrCreate()
    except (PySparkException, Py4JError) as error:
        raise SparkNotStarted(_why(log_of(name))) from error
    return session


def end_java() -> None:
    """End the JVM of this process without asking it anything; it tidies up after itself if it can."""
    gateway = SparkContext._gateway  # noqa: SLF001 - as below
    if gateway is None:
        return
    context = SparkContext._active_spark_context  # noqa: SLF001 - as below
    if context is not None:  # it would show a traceback when Java hangs up
        setattr(context._accumulatorServer, "handle_error", lambda *_: None)  # noqa: SLF001, B010
    java: Popen[bytes] = gateway.proc
    if java.stdin:
        java.stdin.close()  # what ends it when this process is gone
    try:
        java.wait(_TIDYING_S)
    except TimeoutExpired:
        java.kill()
        java.wait()


@contextmanager
def no_artifacts() -> Iterator[None]:
    """Leave no folder `artifacts` behind, which Spark 4.0 makes for each session and seldom fills.

    What is in it stays, and so does a folder that was there before.
    """
    folder = Path("artifacts").absolute()
    was_there = folder.exists()
    try:
        yield
    finally:
        with suppress(OSError):  # it is not there, or something is in it
            for path in () if was_there else (*folder.glob("spark-*/*"), *folder.glob("spark-*"), folder):
                path.rmdir()


def log_of(name: str) -> Path:
    """Where Java and Spark write while the application `name` runs; each start begins it anew."""
    return _LOGS / f"{name}.log"


def _start_java(conf: SparkConf, log: Path) -> None:
    """Start the JVM that Spark would start by itself, with its words in a file."""
    if SparkContext._gateway is not None:  # noqa: SLF001 - one JVM a process, and nothing public tells
        return
    with ExitStack() as stack:
        try:
            log.parent.mkdir(parents=True, exist_ok=True)
            streams = {"stdout": stack.enter_context(log.open("wb")), "stderr": STDOUT}
        except OSError:  # a read-only folder: then the words stay where the verb's own go
            streams = {}
        gateway = launch_gateway(conf, streams)  # type: ignore[no-untyped-call]
    SparkContext(conf=conf, gateway=gateway)


def _why(log: Path) -> str:
    text = log.read_text("utf-8", errors="replace") if log.is_file() else ""
    said = [line.strip() for line in text.splitlines() if line.strip()]
    last = said[-1][:200] if said else "Java said nothing"
    return f"Spark should start; it did not: {last}; read {log}, then run `resegment doctor`"
