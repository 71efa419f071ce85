"""The lists of pins are complete, so no release of tomorrow changes what is installed from them."""

import importlib.metadata
import subprocess
import sys
import tomllib
import venv
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy.setup.__main__ import LISTS, PROJECT, arguments_for
from deploy.setup.settings import with_settings
from tests.support.wheels import applies, entries_of, installed, mirror, offline, requirement_of

PYPROJECT: dict[str, Any] = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
EXTRAS: dict[str, list[str]] = PYPROJECT["project"]["optional-dependencies"]
GROUPS: dict[str, list[str]] = PYPROJECT["dependency-groups"]
BUILD: list[str] = PYPROJECT["build-system"]["requires"]
RUNTIME = [*PYPROJECT["project"]["dependencies"], *EXTRAS["embedded"], *BUILD]
WANTED = {
    "build": BUILD,
    "runtime": RUNTIME,
    "studies": [*RUNTIME, *EXTRAS["studies"]],
    "test": [
        *RUNTIME,
        *EXTRAS["studies"],
        *EXTRAS["apprise"],
        *EXTRAS["excel"],
        *GROUPS["test"],
        *GROUPS["lint"],
        *GROUPS["bench"],
    ],
    "bench": [*RUNTIME, *GROUPS["bench"]],
}
PYTHONS = ("3.11", "3.12", "3.13")
OLDEST = "3.11" if sys.version_info < (3, 12) else "3.12"
"""Whose first pip is tried: that of 3.11 does not run on a later Python, which never brought it."""

CASES = dict.fromkeys([*((name, OLDEST) for name in WANTED), ("test", "3.12")])
"""Each list with the oldest pip, and the longest, which has all the others in it, with the next one too."""

every_list = pytest.mark.parametrize("name", WANTED)


def pins_on(name: str, python: str) -> dict[str, Requirement]:
    found = [requirement_of(entry) for entry in entries_of(LISTS / f"{name}.txt")]
    here = [pin for pin in found if applies(pin, **linux(python))]
    pins = {canonicalize_name(pin.name): pin for pin in here}
    assert len(pins) == len(here), "two versions of one package"
    return pins


def linux(python: str) -> dict[str, str]:
    described = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": "linux"}
    return described | {"platform_machine": "x86_64", "platform_system": "Linux", "os_name": "posix"}


def required_by(requirement: Requirement, python: str) -> list[Requirement]:
    """Return what the installed distribution of that name requires on a Python, for the extras asked for."""
    texts = importlib.metadata.requires(requirement.name) or []
    extras = {"", *requirement.extras}
    return [
        wanted
        for wanted in map(Requirement, texts)
        if any(applies(wanted, **linux(python), extra=extra) for extra in extras)
    ]


def is_pinned(wanted: Requirement, pins: dict[str, Requirement]) -> bool:
    pin = pins.get(canonicalize_name(wanted.name))
    return pin is not None and all(
        wanted.specifier.contains(bound.version, prereleases=True) for bound in pin.specifier
    )


@every_list
@pytest.mark.parametrize("python", PYTHONS)
def test_a_list_has_what_its_packages_require_and_nothing_else(name: str, python: str) -> None:
    pins = pins_on(name, python)
    open_ends = [wanted for wanted in map(Requirement, WANTED[name]) if applies(wanted, **linux(python))]
    seen: set[str] = set()
    missing: list[str] = []
    while open_ends:
        wanted = open_ends.pop()
        if str(wanted) in seen:
            continue
        seen.add(str(wanted))
        if is_pinned(wanted, pins):
            open_ends += required_by(wanted, python)
        else:
            missing.append(str(wanted))

    assert missing == [], "run `make lock`"
    assert pins.keys() == {canonicalize_name(Requirement(text).name) for text in seen}


@every_list
def test_every_pin_has_a_hash_and_no_address(name: str) -> None:
    text = (LISTS / f"{name}.txt").read_text("utf-8")

    entries = entries_of(LISTS / f"{name}.txt")
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in text
    assert "index" not in text


@pytest.mark.parametrize("python", PYTHONS)
def test_one_environment_can_hold_all_lists(python: str) -> None:
    longest = pins_on("test", python)

    for name in WANTED:
        assert pins_on(name, python).items() <= longest.items()


def empty_environment(folder: Path, python: str) -> Path:
    """Make an environment that has the pip of a Python's first release, and nothing else."""
    pip = Path(sys.prefix, "apart", f"pip-{python}", "pip")
    assert pip.is_dir(), "old pips are missing: python -m deploy.setup test --apart pip-3.11 pip-3.12"
    venv.create(folder, symlinks=True)
    (packages(folder) / "pip").symlink_to(pip)
    return folder


def packages(environment: Path) -> Path:
    (folder,) = environment.glob("lib/python*/site-packages")
    return folder


def run_pip(environment: Path, arguments: list[str], index: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [environment / "bin" / "python", "-I", "-m", "pip", *arguments],
        env=with_settings(offline(index), ""),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize(("name", "python"), CASES)
def test_later_releases_of_everything_change_nothing_for_the_oldest_pip(
    name: str, python: str, tmp_path: Path
) -> None:
    pins = {
        canonicalize_name(pin.name): next(iter(pin.specifier)).version
        for pin in map(requirement_of, entries_of(LISTS / f"{name}.txt"))
        if applies(pin)
    }
    empty = empty_environment(tmp_path / "env", python)
    copy = mirror(LISTS / f"{name}.txt", tmp_path / "index", later=pins)

    done = run_pip(empty, arguments_for(copy), tmp_path / "index")

    assert done.returncode == 0, done.stdout + done.stderr
    assert installed(packages(empty)) == pins


def test_an_old_pip_that_resolves_is_led_astray_by_one_later_release(tmp_path: Path) -> None:
    empty = empty_environment(tmp_path / "env", OLDEST)
    copy = mirror(LISTS / "test.txt", tmp_path / "index", later=["coverage"])
    resolving = [argument for argument in arguments_for(copy) if argument != "--no-deps"]

    done = run_pip(empty, resolving, tmp_path / "index")

    assert done.returncode != 0
    assert "coverage[toml]" in done.stdout + done.stderr
