"""The pins hold what pyproject.toml asks for, with hashes, and name no place to fetch it from."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[3]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
RUNTIME = [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["embedded"]]
EXCEL = PROJECT["project"]["optional-dependencies"]["excel"]
GROUPS = PROJECT["dependency-groups"]
WANTED = {
    "build": PROJECT["build-system"]["requires"],
    "runtime": [*RUNTIME, *PROJECT["build-system"]["requires"]],
    "test": [*RUNTIME, *EXCEL, *GROUPS["test"], *GROUPS["lint"], *GROUPS["bench"]],
    "bench": [*RUNTIME, *GROUPS["bench"]],
}


def pins(name: str) -> dict[str, set[Version]]:
    found: dict[str, set[Version]] = {}
    for line in (ROOT / "requirements" / f"{name}.txt").read_text("utf-8").splitlines():
        if match := re.match(r"([A-Za-z0-9._-]+)==(\S+)", line):
            found.setdefault(canonicalize_name(match.group(1)), set()).add(Version(match.group(2)))
    return found


@pytest.mark.parametrize("name", WANTED)
def test_every_requirement_is_pinned_within_its_bounds(name: str) -> None:
    pinned = pins(name)
    stale = [
        text
        for text in WANTED[name]
        for requirement in [Requirement(text)]
        if not pinned.get(canonicalize_name(requirement.name))
        or not all(
            version in requirement.specifier for version in pinned[canonicalize_name(requirement.name)]
        )
    ]

    assert stale == [], "run `make lock`"


@pytest.mark.parametrize("name", WANTED)
def test_every_pin_has_a_hash_and_no_address(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    entries = re.split(r"\n(?=[A-Za-z0-9])", text.strip())

    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in text
    assert "index" not in text


@pytest.mark.parametrize("name", ["test", "bench"])
def test_one_environment_can_hold_all_files(name: str) -> None:
    runtime, other = pins("runtime"), pins(name)

    assert {package: other[package] for package in runtime} == runtime
