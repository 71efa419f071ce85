"""Only a Java that Spark and Kafka are made for is taken."""

from pathlib import Path

import pytest

from shared.adapters.jars.java import find_java, java_major
from shared.errors import ServiceUnavailable


def java_home(tmp_path: Path, version: str) -> dict[str, str]:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n", "utf-8")
    java.chmod(0o755)
    return {"JAVA_HOME": str(tmp_path)}


@pytest.mark.parametrize(
    ("text", "major"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('openjdk version "21" 2023-09-19', 21),
        ('java version "1.8.0_402"', 8),
        ("no such thing", None),
    ],
)
def test_the_version_is_read_in_its_old_and_new_form(text: str, major: int | None) -> None:
    assert java_major(text) == major


@pytest.mark.parametrize("version", ["17.0.15", "21.0.4"])
def test_a_supported_java_home_is_taken(tmp_path: Path, version: str) -> None:
    assert find_java(java_home(tmp_path, version)) == tmp_path / "bin" / "java"


@pytest.mark.parametrize("version", ["1.8.0_402", "11.0.2", "25"])
def test_another_version_is_refused_with_what_to_do(tmp_path: Path, version: str) -> None:
    with pytest.raises(ServiceUnavailable, match=r"Java 17 or 21 is needed.*install.*JAVA_HOME"):
        find_java(java_home(tmp_path, version))


def test_no_java_at_all_is_said(tmp_path: Path) -> None:
    with pytest.raises(ServiceUnavailable, match="no java on PATH"):
        find_java({"PATH": str(tmp_path)})


def test_a_java_home_without_java_is_said(tmp_path: Path) -> None:
    with pytest.raises(ServiceUnavailable, match="does not run"):
        find_java({"JAVA_HOME": str(tmp_path)})
