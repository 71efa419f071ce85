"""The project's outer shell: make, the prerequisites check, hooks, CI and the shipped data."""

import hashlib
import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]


def require(what: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [ROOT / "deploy" / "require", what],
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
