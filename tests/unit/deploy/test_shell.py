"""The project's outer shell: make, the prerequisites check, hooks, CI and the shipped data."""

import hashlib
import os
import re
import shutil
import subprocess
import venv
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]


def require(*what: str, cwd: Path = ROOT, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [ROOT / "deploy" / "require", *what],
        cwd=cwd,
        env={"PATH": os.environ["PATH"]} | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_make_alone_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    (targets,) = re.findall(r"^\.PHONY: (help .*)$", makefile, re.M)

    done = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)

    assert re.findall(r"^  make (\S+)", done.stdout, re.M) == targets.split()


def test_a_python_that_is_too_old_or_missing_is_said_in_one_line() -> None:
    done = require("python", PYTHON="no-such-python")

    assert done.returncode == 1
    assert done.stdout == ""
    assert re.fullmatch(
        r"Python 3\.11 or newer is needed, found: .*apt-get install python3 .*\n", done.stderr
    )


def test_a_good_python_is_named() -> None:
    done = require("python")

    assert (done.returncode, done.stderr) == (0, "")
    assert Path(done.stdout.strip()).exists()


@pytest.mark.parametrize("version", ["11.0.2", "25", None])
def test_a_java_that_does_not_fit_is_said_in_one_line(tmp_path: Path, version: str | None) -> None:
    if version:
        java = tmp_path / "bin" / "java"
        java.parent.mkdir()
        java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n", "utf-8")
        java.chmod(0o755)
    done = require("java", JAVA_HOME=str(tmp_path))

    assert done.returncode == 1
    assert done.stderr.startswith(f"Java 17 or 21 is needed, found: {(version or 'none').partition('.')[0]} ")
    assert done.stderr.count("\n") == 1


def made_environment(folder: Path) -> Path:
    venv.create(folder / ".venv", symlinks=True)
    return folder


def test_an_environment_is_used_where_it_was_made_and_while_its_python_is_there(tmp_path: Path) -> None:
    clone = made_environment(tmp_path / "a clone")

    assert require("environment", ".venv", cwd=clone).returncode == 0
    moved = require("environment", ".venv", cwd=clone.rename(tmp_path / "elsewhere"))
    assert (moved.returncode, moved.stderr.count("\n")) == (1, 1)
    assert "made anew" in moved.stderr


def test_an_environment_whose_python_is_gone_is_made_anew(tmp_path: Path) -> None:
    clone = made_environment(tmp_path)
    (clone / ".venv" / "bin" / "python").unlink()
    (clone / ".venv" / "bin" / "python").symlink_to("no-such-python")

    assert require("environment", ".venv", cwd=clone).returncode == 1


def test_no_environment_and_one_behind_a_link_are_left_alone(tmp_path: Path) -> None:
    made_environment(tmp_path / "other")
    (tmp_path / "clone").mkdir()

    assert require("environment", ".venv", cwd=tmp_path / "clone").returncode == 0
    (tmp_path / "clone" / ".venv").symlink_to(tmp_path / "other" / ".venv")
    assert require("environment", ".venv", cwd=tmp_path / "clone").returncode == 0


def plan(clone: Path) -> str:
    """Return what `make` would do in a folder for the runtime's requirements."""
    done = subprocess.run(
        ["make", "--dry-run", ".venv/.runtime"],
        cwd=clone,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


def test_make_installs_once_and_anew_after_a_change_a_move_or_an_unfinished_environment(
    tmp_path: Path,
) -> None:
    clone = tmp_path / "clone"
    for name in ("Makefile", "pyproject.toml", "requirements", "deploy/require"):
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, clone / name)
    made_environment(clone)
    assert "deploy.setup build runtime" in plan(clone)
    stamp = clone / ".venv" / ".runtime"
    stamp.touch()
    assert "deploy.setup" not in plan(clone)

    os.utime(stamp, (0, 0))
    assert "deploy.setup build runtime" in plan(clone)
    stamp.touch()
    (clone / ".venv" / "bin" / "activate").unlink()
    unfinished = plan(clone)
    assert "-m venv .venv" in unfinished
    assert "deploy.setup build runtime" in unfinished
    made_environment(clone)
    stamp.touch()
    moved = plan(clone.rename(tmp_path / "moved"))
    assert "-m venv .venv" in moved
    assert "deploy.setup build runtime" in moved


def test_hooks_use_the_pinned_tools_and_download_nothing() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))

    assert [repo["repo"] for repo in config["repos"]] == ["local"]
    assert {hook["language"] for hook in config["repos"][0]["hooks"]} == {"system"}


def test_ci_runs_what_a_developer_runs_and_requires_every_tier() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")

    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert "make lint" in script
    assert re.search(r"RESEG_REQUIRE_TIERS=.*spark integration e2e.* make test", script)


def test_the_shipped_data_is_what_its_checksum_says_and_is_attributed() -> None:
    (line,) = (ROOT / "data" / "SHA256SUMS").read_text("utf-8").splitlines()
    sha256, name = line.split()
    text = (ROOT / "data" / "README.md").read_text("utf-8")

    assert hashlib.sha256((ROOT / "data" / name).read_bytes()).hexdigest() == sha256
    assert all(fact in text for fact in (sha256, "D. Chen", "10.24432/C5BW33", "CC BY 4.0"))
