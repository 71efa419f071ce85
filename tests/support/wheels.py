"""A package index in a folder: tiny wheels with the names, versions and requirements of real ones."""

import hashlib
import importlib.metadata
import os
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LATER = "9999.0"


def make_wheel(index: Path, name: str, version: str) -> str:
    """Add a wheel with the requirements that the installed distribution has; returns its sha256."""
    real = importlib.metadata.metadata(name)
    stem = f"{canonicalize_name(name).replace('-', '_')}-{version}"
    fields = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"]
    for field in ("Provides-Extra", "Requires-Dist"):
        fields += [f"{field}: {value}\n" for value in real.get_all(field) or ()]
    path = index / canonicalize_name(name) / f"{stem}-py3-none-any.whl"
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(f"{stem.partition('-')[0]}_contents.py", f"version = {version!r}\n")
        wheel.writestr(f"{stem}.dist-info/METADATA", "".join(fields))
        wheel.writestr(
            f"{stem}.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{stem}.dist-info/RECORD", "")
    links = (f'<a href="{wheel.name}">{wheel.name}</a>' for wheel in path.parent.glob("*.whl"))
    (path.parent / "index.html").write_text("<!DOCTYPE html>" + "\n".join(links), "utf-8")
    return hashlib.sha256(path.read_bytes()).hexdigest()


def mirror(pins: Path, index: Path, *, later: Iterable[str] = ()) -> Path:
    """Make an index with the wheels of a list and later ones of `later`; returns the list with their hashes.

    What its markers leave out here stays as it is.
    """
    index.mkdir()
    for name in later:
        make_wheel(index, name, LATER)
    entries = [_with_own_hash(entry, index) for entry in entries_of(pins)]
    copy = index / pins.name
    copy.write_text("\n".join(entries) + "\n", "utf-8")
    return copy


def entries_of(pins: Path) -> list[str]:
    """Return the entries of a list, each a requirement with its hashes."""
    return re.split(r"\n(?=[A-Za-z0-9])", pins.read_text("utf-8").strip())


def requirement_of(entry: str) -> Requirement:
    """Return the requirement of an entry, without its hashes."""
    return Requirement(entry.partition("\\")[0])


def applies(requirement: Requirement, **environment: str) -> bool:
    """Whether a requirement counts in this Python, or in one that `environment` describes."""
    return requirement.marker is None or requirement.marker.evaluate(environment)


def installed(packages: Path) -> dict[str, str]:
    """Return name and version of each distribution in a folder."""
    found = (
        folder.name.removesuffix(".dist-info").rpartition("-") for folder in packages.glob("*.dist-info")
    )
    return {canonicalize_name(name): version for name, _, version in found}


def offline(index: Path) -> dict[str, str]:
    """Return an environment in which pip knows an index in a folder and nothing else."""
    kept = {"PATH": os.environ["PATH"], "HOME": str(index)}
    return kept | {"PIP_INDEX_URL": index.as_uri(), "PIP_NO_CACHE_DIR": "1"}


def _with_own_hash(entry: str, index: Path) -> str:
    requirement = requirement_of(entry)
    if not applies(requirement):
        return entry
    (version,) = (specifier.version for specifier in requirement.specifier)
    sha256 = make_wheel(index, requirement.name, version)
    return f"{requirement.name}=={version} --hash=sha256:{sha256}"
