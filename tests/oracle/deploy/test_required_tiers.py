"""Where tiers are required, a run that skipped one does not pass."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).parents[2] / "conftest.py"
PASSING = "def test_it():\n    pass\n"
SKIPPING = "import pytest\ndef test_it():\n    pytest.skip('no broker')\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for tier in ("unit", "spark", "integration"):
        (tmp_path / "tests" / tier).mkdir(parents=True)
        (tmp_path / "tests" / tier / f"test_{tier}.py").write_text(PASSING, "utf-8")
    shutil.copy(CONFTEST, tmp_path / "tests")
    return tmp_path


def run(project: Path, target: str = "tests", **environment: str) -> tuple[int, str]:
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # they cost a second a run
    inherited = {
        name: value for name, value in os.environ.items() if name not in {"CI", "RESEG_REQUIRE_TIERS"}
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", target]
    done = subprocess.run(
        command,
        cwd=project,
        env=inherited | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout


def test_a_skipped_test_of_a_required_tier_fails_the_run(project: Path) -> None:
    (project / "tests" / "integration" / "test_integration.py").write_text(SKIPPING, "utf-8")

    code, said = run(project, RESEG_REQUIRE_TIERS="spark integration")

    assert code == 1
    assert "REQUIRED TIER: tests/integration/test_integration.py::test_it was skipped" in said
    assert "2 passed, 1 skipped" in said


def test_without_the_requirement_a_skip_is_only_a_skip(project: Path) -> None:
    (project / "tests" / "integration" / "test_integration.py").write_text(SKIPPING, "utf-8")

    assert run(project)[0] == 0


def test_ci_alone_requires_what_was_collected(project: Path) -> None:
    (project / "tests" / "spark" / "test_spark.py").write_text(SKIPPING, "utf-8")

    assert run(project, CI="true")[0] == 1
    assert run(project, "tests/unit", CI="true")[0] == 0


def test_a_required_tier_without_any_test_fails_the_run(project: Path) -> None:
    code, said = run(project, RESEG_REQUIRE_TIERS="spark,integration,e2e")

    assert code == 1
    assert "REQUIRED TIER: no e2e test ran" in said


def test_required_tiers_that_ran_pass(project: Path) -> None:
    assert run(project, RESEG_REQUIRE_TIERS="spark,integration")[0] == 0


def test_a_skipped_unit_test_is_allowed(project: Path) -> None:
    (project / "tests" / "unit" / "test_unit.py").write_text(SKIPPING, "utf-8")

    assert run(project, RESEG_REQUIRE_TIERS="spark")[0] == 0
