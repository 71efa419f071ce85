"""One local Spark for all studies of a run; it starts when the first of them asks."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache

from pyspark.sql import SparkSession

from shared.adapters.jars.java import find_java
from shared.adapters.spark import end_java, no_artifacts, start_local_spark

# Studies run many small jobs once: the thorough compiler never earns back what it costs. Without it the
# Spark part of `mall-som` took 14 instead of 27 seconds of processor time.
_QUICK_COMPILER = "-XX:TieredStopAtLevel=1"


@contextmanager
def shared_spark(cores: int = 2, driver_memory: str = "2g") -> Iterator[Callable[[], SparkSession]]:
    """Give a function that gives the session; whatever was started is stopped at the end.

    A signal may have come in the middle of a call to Java; then nothing more is asked of it, and it is
    ended as it would be with this process.

    Raises
    ------
    ServiceUnavailable : no Java that Spark takes, on the first call.
    """
    started: list[SparkSession] = []

    @cache
    def session() -> SparkSession:
        started.append(_start(cores, driver_memory))
        return started[0]

    with no_artifacts():
        try:
            yield session
        except Exception:
            _stop(started)
            raise
        except BaseException:
            end_java()
            raise
        else:
            _stop(started)


def _stop(started: Iterable[SparkSession]) -> None:
    for spark in started:
        spark.stop()


def _start(cores: int, driver_memory: str) -> SparkSession:
    find_java()
    return start_local_spark(
        "resegment-studies", cores=cores, driver_memory=driver_memory, java_options=_QUICK_COMPILER
    )
