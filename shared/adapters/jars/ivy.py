"""Run the Ivy that pyspark ships: Maven artefacts without Maven, once instead of at every start of Spark."""

import importlib.metadata
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

from shared.adapters.jars.java import find_java
from shared.errors import ServiceUnavailable
from shared.progress import show

DOWNLOAD_DEADLINE_S = 900.0
"""Two minutes are usual on a slow line; a line that stalls must not hang a start for ever."""


@dataclass(frozen=True)
class Coordinate:
    """One Maven artefact, with everything it depends on."""

    organisation: str
    module: str
    revision: str


def retrieve(
    coordinates: tuple[Coordinate, ...],
    *,
    excludes: tuple[str, ...],
    into: Path,
    work: Path,
    expected: int,
) -> None:
    """Download `coordinates` and their dependencies into `into`; of `expected` jars the count is shown.

    Raises
    ------
    ServiceUnavailable : no Java, or the download failed; the message names the cause Ivy gave.
    """
    work.mkdir(parents=True, exist_ok=True)
    descriptor = work / "ivy.xml"
    descriptor.write_text(_descriptor(coordinates, excludes), "utf-8")
    command = [str(find_java()), "-jar", str(_ivy_jar()), "-cache", str(work / "cache"), "-m2compatible"]
    command += ["-ivy", str(descriptor), "-confs", "default"]
    command += ["-retrieve", f"{into}/[artifact]-[revision](-[classifier]).[ext]"]
    problems = _run(command, expected)
    if problems is not None:
        msg = (
            f"{coordinates[0].module} {coordinates[0].revision} could not be downloaded ({problems}); "
            "Maven Central must be reachable once, later starts need no network; "
            "or use your own services: RESEG_KAFKA__BOOTSTRAP_SERVERS and RESEG_MONGO__URI"
        )
        raise ServiceUnavailable(msg)


def _run(command: list[str], expected: int) -> str | None:
    """Run Ivy, showing each jar; return None, or what went wrong."""
    n_jars, problems = 0, ""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as ivy:
        alarm = threading.Timer(DOWNLOAD_DEADLINE_S, ivy.kill)
        alarm.start()
        try:
            for line in ivy.stdout or ():
                if line.startswith("downloading ") and ".jar" in line:
                    n_jars += 1
                    jar = line.split()[1].rpartition("/")[2]
                    show(f"downloading {expected} jars: {n_jars}, {jar}")
                elif "Exception" in line or "unresolved" in line or "not found" in line:
                    problems = problems or line.strip(" :\t\n")
        except BaseException:
            ivy.kill()
            raise
        finally:
            alarm.cancel()
            show("")
    return None if ivy.returncode == 0 else problems or f"Ivy ended with code {ivy.returncode}"


def _descriptor(coordinates: tuple[Coordinate, ...], excludes: tuple[str, ...]) -> str:
    wanted = "".join(
        f"<dependency org={quoteattr(c.organisation)} name={quoteattr(c.module)} rev={quoteattr(c.revision)}"
        ' conf="default->default"/>'
        for c in coordinates
    )
    refused = "".join(f"<exclude module={quoteattr(module)}/>" for module in excludes)
    return (
        '<ivy-module version="2.0"><info organisation="resegment" module="local"/>'
        '<configurations><conf name="default"/></configurations>'
        f"<dependencies>{wanted}{refused}</dependencies></ivy-module>"
    )


def _ivy_jar() -> Path:
    files = importlib.metadata.files("pyspark") or []
    jars = [file for file in files if file.match("pyspark/jars/ivy-*.jar")]
    if not jars:
        msg = "pyspark ships an Ivy jar, this installation has none; install the pinned requirements again"
        raise ServiceUnavailable(msg)
    return Path(str(jars[0].locate()))
