"""Tests that need Prometheus' own tools, promtool and amtool; Debian has both."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
Tool = Callable[..., str]


def _tool(name: str, package: str) -> Tool:
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed: apt-get install {package}")

    def run(*arguments: str, stdin: str | None = None) -> str:
        """Run it in deploy/prometheus; what it says, once it is content."""
        done = subprocess.run(
            [path, *arguments],
            cwd=ROOT / "deploy" / "prometheus",
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="session")
def promtool() -> Tool:
    """Return what runs promtool."""
    return _tool("promtool", "prometheus")


@pytest.fixture(scope="session")
def amtool() -> Tool:
    """Return what runs amtool."""
    return _tool("amtool", "prometheus-alertmanager")
