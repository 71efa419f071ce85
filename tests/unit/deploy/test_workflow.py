"""The continuous integration runs what a clone runs, with no more rights and no more time than it needs."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
WORKFLOW: dict[str, Any] = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text("utf-8"))
JOBS: list[dict[str, Any]] = list(WORKFLOW["jobs"].values())
STEPS: list[dict[str, Any]] = [step for job in JOBS for step in job["steps"]]


def test_it_calls_targets_and_scripts_of_the_clone() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M)
    called = [step["run"] for step in STEPS if "run" in step and "apt-get" not in step["run"]]

    assert set(called) == {"make quick", ".ci/run"}
    assert "quick" in targets


def test_no_job_may_do_more_than_read_or_run_for_ever() -> None:
    assert WORKFLOW["permissions"] == {}
    assert [job["permissions"] for job in JOBS] == [{"contents": "read"}] * len(JOBS)
    assert all(job["timeout-minutes"] <= 90 for job in JOBS)
    assert WORKFLOW["concurrency"]["cancel-in-progress"]


@pytest.mark.parametrize("action", [step["uses"] for step in STEPS if "uses" in step])
def test_an_action_is_pinned_by_its_major_version(action: str) -> None:
    assert re.fullmatch(r"actions/[a-z-]+@v\d+", action)
