"""Which Java runs the broker: the one Spark takes too, so that one message serves both."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from shared.errors import ServiceUnavailable

SUPPORTED = (17, 21)
"""Spark 4.0 and Kafka 4.2 are both tested by their makers on these two."""

_HINT = (
    "install a Java 17 or 21 runtime (Debian and Ubuntu: apt-get install openjdk-17-jre-headless) "
    "or set JAVA_HOME"
)


def find_java(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the `java` of JAVA_HOME, else of PATH, when its version is supported.

    Raises
    ------
    ServiceUnavailable : there is none, it does not run, or its version is not supported.
    """
    java = _candidate(environ)
    major = java_major(_version_text(java))
    if major not in SUPPORTED:
        msg = f"Java 17 or 21 is needed, {java} is {major or 'of unknown version'}; {_HINT}"
        raise ServiceUnavailable(msg)
    return java


def java_major(version_text: str) -> int | None:
    """Return the feature release in what `java -version` printed, None if it names none.

    >>> java_major('openjdk version "17.0.15" 2025-04-15'), java_major('java version "1.8.0_402"')
    (17, 8)
    """
    found = re.search(r'version "(?:1\.)?(\d+)', version_text)
    return int(found.group(1)) if found else None


def _candidate(environ: Mapping[str, str]) -> Path:
    home = environ.get("JAVA_HOME", "")
    if home:
        return Path(home) / "bin" / "java"
    found = shutil.which("java", path=environ.get("PATH"))
    if found is None:
        msg = f"Java 17 or 21 is needed, no java on PATH; {_HINT}"
        raise ServiceUnavailable(msg)
    return Path(found)


def _version_text(java: Path) -> str:
    try:
        done = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        msg = f"Java 17 or 21 is needed, {java} does not run ({error}); {_HINT}"
        raise ServiceUnavailable(msg) from error
    return done.stderr + done.stdout
