"""The sets of jars: the Kafka broker's, and what Spark needs to read from Kafka and from MongoDB.

Each is resolved once, checked against a manifest in this folder and kept in the user's cache,
so that a start is offline and always runs the same bytes.
"""

import importlib.metadata
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from shared.adapters.jars import ivy
from shared.adapters.jars.manifest import Manifest, check_all, check_quickly, read_manifest
from shared.adapters.jars.paths import Say, cache_folder, exclusive, silent

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class JarSet:
    """What to resolve, what to leave out, and the manifest the result must equal."""

    name: str
    coordinates: tuple[ivy.Coordinate, ...]
    manifest: Path
    excludes: tuple[str, ...] = ()


KAFKA = JarSet(
    name="kafka",
    coordinates=(
        ivy.Coordinate("org.apache.kafka", "kafka_2.13", "4.2.0"),
        # the broker logs through slf4j and its artefact brings no backend: without this its log is empty
        ivy.Coordinate("org.apache.logging.log4j", "log4j-slf4j-impl", "2.25.3"),
    ),
    manifest=_HERE / "kafka-jars.txt",
)


MONGO_CONNECTOR = JarSet(
    name="mongo-connector",
    coordinates=(ivy.Coordinate("org.mongodb.spark", "mongo-spark-connector_2.13", "10.5.0"),),
    manifest=_HERE / "mongo-connector-jars.txt",
    # pyspark ships these
    excludes=("scala-library", "slf4j-api", "spark-catalyst_2.13", "spark-core_2.13", "spark-sql_2.13"),
)
"""Spark's MongoDB connector, for re-clusterings that are too large for one process."""


def spark_connector() -> JarSet:
    """Describe Spark's Kafka connector in the version of the installed pyspark."""
    version = importlib.metadata.version("pyspark")
    return JarSet(
        name="spark",
        coordinates=(ivy.Coordinate("org.apache.spark", "spark-sql-kafka-0-10_2.13", version),),
        manifest=_HERE / "spark-jars.txt",
        # pyspark ships these in the same versions
        excludes=(
            "hadoop-client-api",
            "hadoop-client-runtime",
            "jsr305",
            "lz4-java",
            "scala-library",
            "scala-parallel-collections_2.13",
            "slf4j-api",
            "snappy-java",
            "spark-tags_2.13",
        ),
    )


def kafka_jars(say: Say = silent) -> list[Path]:
    """Return the class path of the broker, downloading it the first time.

    Raises
    ------
    ServiceUnavailable : not in the cache, and Maven Central does not answer.
    StartRefused : a jar differs from its pinned sha256.
    """
    return ensure(KAFKA, say)


def spark_connector_jars(say: Say = silent) -> list[Path]:
    """Return the local paths for `spark.jars`, downloading them the first time; raises as `kafka_jars`."""
    return ensure(spark_connector(), say)


def mongo_connector_jars(say: Say = silent) -> list[Path]:
    """Return the local paths for `spark.jars` of a large re-clustering; raises as `kafka_jars`."""
    return ensure(MONGO_CONNECTOR, say)


def ensure(jars: JarSet, say: Say = silent) -> list[Path]:
    """Return the jars of a set from the user's cache; see `kafka_jars`."""
    manifest = read_manifest(jars.manifest)
    folder = cache_folder() / f"{jars.name}-{manifest.digest}"
    if not folder.is_dir():
        with exclusive(cache_folder() / f"{jars.name}.lock", deadline_s=ivy.DOWNLOAD_DEADLINE_S):
            if not folder.is_dir():  # nobody else brought it while this one waited
                _download(jars, manifest, folder, say)
    check_quickly(folder, manifest)
    return [folder / name for name in manifest.sha256]


def _download(jars: JarSet, manifest: Manifest, folder: Path, say: Say) -> None:
    """Fetch beside the target and rename once checked: `folder` is complete or absent."""
    say(f"downloading {len(manifest.sha256)} jars for {jars.name}, once for all clones of this user")
    work = (
        cache_folder() / f"{jars.name}.ivy"
    )  # kept after a failure, so that the next try goes on from there
    with tempfile.TemporaryDirectory(dir=cache_folder(), prefix=f"{jars.name}-") as temporary:
        arrived = Path(temporary) / "jars"
        ivy.retrieve(
            jars.coordinates,
            excludes=jars.excludes,
            into=arrived,
            work=work,
            expected=len(manifest.sha256),
        )
        check_all(arrived, manifest)
        arrived.rename(folder)
    shutil.rmtree(work)
    say(f"{len(manifest.sha256)} jars for {jars.name} are in {folder}")
