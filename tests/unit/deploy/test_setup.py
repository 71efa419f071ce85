"""Installing: what is said, what a person's settings may change, and what becomes of an interruption."""

import os
import pty
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.setup.__main__ import PROJECT
from deploy.setup.settings import with_settings
from tests.support.wheels import installed, make_wheel, mirror, offline

PINS = {
    "pytest-cov": "7.0.0",
    "coverage": "7.13.0",
    "pluggy": "1.6.0",
    "pytest": "9.0.0",
    "iniconfig": "2.3.0",
}
PINS |= {"packaging": "26.0", "pygments": "2.20.0"}


@dataclass(frozen=True)
class Bench:
    """A project that has one list, its environment, and an index that serves the list and later releases."""

    project: Path

    @property
    def index(self) -> Path:
        return self.project / "index"

    @property
    def pins(self) -> Path:
        return self.project / "requirements" / "small.txt"

    @property
    def packages(self) -> Path:
        (folder,) = self.project.glob(".venv/lib/python*/site-packages")
        return folder

    def command(self) -> list[str]:
        return [str(self.project / ".venv" / "bin" / "python"), "-m", "deploy.setup", "small"]

    def install(self, **variables: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.command(),
            cwd=self.project,
            env=offline(self.index) | variables,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path)
    shutil.copytree(PROJECT / "deploy", tmp_path / "deploy", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "shared").mkdir()
    for name in ("__init__.py", "progress.py"):
        shutil.copy(PROJECT / "shared" / name, tmp_path / "shared")
    wanted = tmp_path / "small.txt"
    wanted.write_text("\n".join(f"{name}=={version}" for name, version in PINS.items()), "utf-8")
    (tmp_path / "requirements").mkdir()
    made.pins.write_bytes(mirror(wanted, made.index, later=PINS).read_bytes())
    venv.create(tmp_path / ".venv", symlinks=True)
    (made.packages / "pip").symlink_to(Path(sys.prefix, "apart", "pip-3.12", "pip"))
    return made


def test_a_list_is_installed_in_two_lines_and_again_after_an_interruption(bench: Bench) -> None:
    first = bench.install()
    half = bench.packages / f"coverage-{PINS['coverage']}.dist-info" / "INSTALLER"
    half.unlink()
    contents = bench.packages / "coverage_contents.py"
    contents.unlink()
    second = bench.install()

    assert (first.returncode, first.stdout, second.returncode) == (0, "", 0)
    assert re.fullmatch(
        r"installing 7 pinned packages; pip's own words are in \.venv/install\.log\n"
        r"installed and checked in \d+ s\n",
        first.stderr,
    )
    assert installed(bench.packages) == PINS
    assert half.exists()
    assert contents.exists()


def test_settings_of_a_person_choose_the_source_and_nothing_else(bench: Bench) -> None:
    (bench.project / "pip.conf").write_text(
        f"[global]\nindex-url = {bench.index.as_uri()}\nuser = true\nquiet = 3\nconstraint = /none\n"
        "[install]\ntarget = elsewhere\nno-binary = :all:\npre = true\n",
        "utf-8",
    )
    variables = {"PIP_CONFIG_FILE": str(bench.project / "pip.conf"), "PIP_INDEX_URL": ""}
    variables |= {"PIP_ONLY_BINARY": ":all:", "PIP_PREFIX": "/none", "PIP_DRY_RUN": "1", "PYTHONPATH": "."}

    done = bench.install(**variables)

    assert done.returncode == 0, done.stderr
    assert installed(bench.packages) == PINS


def test_what_does_not_fit_together_is_no_installation(bench: Bench) -> None:
    kept = [line for line in bench.pins.read_text("utf-8").splitlines() if not line.startswith("pluggy")]
    bench.pins.write_text("\n".join(kept), "utf-8")

    done = bench.install()

    assert done.returncode == 1
    assert re.search(r"^  pytest 9\.0\.0 requires pluggy, which is not installed\.$", done.stderr, re.M)
    assert done.stderr.splitlines()[-2] == "all of it: .venv/install.log"
    assert done.stderr.splitlines()[-1].startswith("next: remove .venv and run the same command again")


def test_what_people_installed_themselves_is_their_own_affair(bench: Bench) -> None:
    own = bench.packages / "own-1.dist-info"
    own.mkdir()
    (own / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: own\nVersion: 1\nRequires-Dist: none\n", "utf-8"
    )

    done = bench.install()

    assert done.returncode == 0, done.stderr
    assert "own 1 requires none" in (bench.project / ".venv" / "install.log").read_text("utf-8")


def alter_a_wheel(bench: Bench) -> dict[str, str]:
    make_wheel(bench.index, "coverage", PINS["coverage"])
    wheel = next((bench.index / "coverage").glob(f"coverage-{PINS['coverage']}*"))
    wheel.write_bytes(wheel.read_bytes() + b"altered")
    return {}


def remove_a_package(bench: Bench) -> dict[str, str]:
    shutil.rmtree(bench.index / "coverage")
    return {}


def remove_a_release(bench: Bench) -> dict[str, str]:
    (bench.index / "coverage" / "index.html").write_text(
        '<a href="coverage-1.0-py3-none-any.whl">1</a>', "utf-8"
    )
    return {}


def unplug(bench: Bench) -> dict[str, str]:
    return {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "1"}


def spoil_the_settings(bench: Bench) -> dict[str, str]:
    (bench.project / "pip.conf").write_text("no section = here", "utf-8")
    return {"PIP_CONFIG_FILE": str(bench.project / "pip.conf")}


@pytest.mark.parametrize(
    ("damage", "shown", "step"),
    [
        (alter_a_wheel, "DO NOT MATCH THE HASHES", "the index .* serves other files than those pinned"),
        (remove_a_package, "No matching distribution found for coverage", "the index .* does not have this"),
        (remove_a_release, "No matching distribution found for coverage", "the index has no such file"),
        (unplug, "No matching distribution found", "the package index was not reached"),
        (spoil_the_settings, "pip cannot read its settings", "mend the file it names"),
    ],
)
def test_a_failure_shows_the_last_lines_the_log_and_the_next_step(
    bench: Bench, damage: Callable[[Bench], dict[str, str]], shown: str, step: str
) -> None:
    done = bench.install(**damage(bench))

    assert done.returncode == 1
    assert done.stdout == ""
    assert shown in done.stderr
    assert "Traceback" not in done.stderr
    assert re.match(f"next: {step}", done.stderr.splitlines()[-1])
    assert len(done.stderr.splitlines()) <= 17


def test_a_terminal_gets_one_line_that_changes(bench: Bench) -> None:
    reader, terminal = pty.openpty()
    with subprocess.Popen(
        bench.command(), cwd=bench.project, env=offline(bench.index), stderr=terminal
    ) as done:
        os.close(terminal)
        said = "".join(_chunks(reader))
    os.close(reader)

    assert done.returncode == 0
    assert said.count("\n") == 2
    assert said.count("\x1b[2Kinstalling 7 pinned packages: ") >= 7
    assert "\x1b[2Kinstalling 7 pinned packages: 7, unpacking" in said


def _chunks(reader: int) -> Iterator[str]:
    while True:
        try:
            chunk = os.read(reader, 65_536)
        except OSError:  # how a terminal says that nobody is left at its other end
            return
        if not chunk:
            return
        yield chunk.decode()


def test_the_environment_wins_over_files_and_install_over_global() -> None:
    configured = """install.index-url='install'\nglobal.index-url='all'
global.find-links='\\na\\nb'\nglobal.timeout='9'\n"""

    found = with_settings({"A": "1", "PIP_TIMEOUT": "5", "PIP_TARGET": "t", "PYTHONHOME": "h"}, configured)

    kept = {"A": "1", "PIP_TIMEOUT": "5", "PIP_INDEX_URL": "install", "PIP_FIND_LINKS": "a b"}
    assert kept.items() <= found.items()
    assert found.keys() - kept.keys() == {"PIP_CONFIG_FILE", "PIP_DISABLE_PIP_VERSION_CHECK", "PIP_NO_INPUT"}


@pytest.mark.parametrize("name", ["Makefile", "deploy/Dockerfile", ".ci/run"])
def test_nothing_else_calls_pip_so_that_it_resolves(name: str) -> None:
    calls = re.findall(r".*pip install\b.*", (PROJECT / name).read_text("utf-8"))

    assert [line for line in calls if "--no-deps" not in line] == []
