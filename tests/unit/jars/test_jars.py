"""The jars: pinned, from the cache, and a clear word when they cannot be had."""

import importlib.metadata
from pathlib import Path

import pytest

from shared.adapters.jars import sets
from shared.adapters.jars.ivy import Coordinate
from shared.adapters.jars.manifest import read_manifest
from shared.errors import ServiceUnavailable, StartRefused


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "resegment"


def fake_java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    java = tmp_path / "jdk" / "bin" / "java"
    java.parent.mkdir(parents=True)
    version = 'if [ "$1" = -version ]; then echo \'openjdk version "17.0.1"\' >&2; exit 0; fi'
    java.write_text(f"#!/bin/sh\n{version}\n{body}\n", "utf-8")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "jdk"))


@pytest.fixture
def small_set(tmp_path: Path) -> sets.JarSet:
    manifest = tmp_path / "small-jars.txt"
    manifest.write_text(f"{'0' * 64}  small-1.jar\n", "utf-8")
    return sets.JarSet("small", (Coordinate("org.example", "small", "1"),), manifest)


@pytest.mark.parametrize("jar_set", [sets.KAFKA, sets.MONGO_CONNECTOR, sets.spark_connector()])
def test_every_manifest_pins_what_its_set_asks_for(jar_set: sets.JarSet) -> None:
    pinned = read_manifest(jar_set.manifest).sha256

    assert {f"{c.module}-{c.revision}.jar" for c in jar_set.coordinates} <= pinned.keys()
    assert all(len(sha256) == 64 for sha256 in pinned.values())


def test_the_connector_brings_nothing_that_pyspark_ships() -> None:
    shipped = {file.name for file in importlib.metadata.files("pyspark") or [] if file.suffix == ".jar"}

    assert not shipped & read_manifest(sets.spark_connector().manifest).sha256.keys()


def test_a_download_that_differs_from_its_pin_is_refused_and_not_kept(
    cache: Path, small_set: sets.JarSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrive = (
        'for last; do :; done; folder="${last%/*}"; mkdir -p "$folder"; echo other > "$folder/small-1.jar"'
    )
    fake_java(tmp_path, monkeypatch, arrive)

    with pytest.raises(StartRefused, match=r"small-1\.jar has sha256"):
        sets.ensure(small_set)
    assert list(cache.glob("small-*")) == []


def test_an_altered_jar_in_the_cache_is_refused(cache: Path, small_set: sets.JarSet) -> None:
    folder = cache / f"small-{read_manifest(small_set.manifest).digest}"
    folder.mkdir(parents=True)
    (folder / "small-1.jar").write_bytes(b"altered")

    with pytest.raises(StartRefused, match="remove that folder and start again"):
        sets.ensure(small_set)


def test_without_network_the_message_says_what_is_needed(
    cache: Path, small_set: sets.JarSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_java(tmp_path, monkeypatch, "echo 'Server access error (java.net.UnknownHostException)'; exit 1")

    with pytest.raises(ServiceUnavailable, match=r"small 1 .*UnknownHostException.*must be reachable once"):
        sets.ensure(small_set)
