"""SIGTERM and Ctrl-C end a study at every step, with its Java and its notebook's kernel."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import psutil
import pytest

from batch.studies.online_retail.reading_lines import SHIPPED
from deploy.local.processes import poll

ROOT = Path(__file__).parents[2]
WITHIN_S = 30
"""Against a hang for good; on an idle machine each ends within three."""


@pytest.fixture(scope="module")
def some_lines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lines") / "lines.csv"
    pd.read_csv(SHIPPED, dtype=str).iloc[::40].to_csv(path, index=False)
    return path


def _ended(study: list[str], step: str, number: signal.Signals, folder: Path) -> tuple[int, str]:
    """Signal a study when it says a step; give its exit code and what it said then."""
    with subprocess.Popen(
        [sys.executable, "-m", "cli", "study", *study, "--out", "out"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stderr
        assert any(step in line for line in process.stderr), f"the study never said {step!r}"
        if "Spark" in step or "notebook" in step:
            assert poll(lambda: bool(psutil.Process(process.pid).children()), deadline_s=WITHIN_S)
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(number)
        code = process.wait(WITHIN_S)
        _, alive = psutil.wait_procs(children, timeout=WITHIN_S)
        assert not alive
        return code, process.stderr.read()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("step", ["reading the lines", "looking at them", "clustering with Spark"])
def test_a_study_with_java_ends_at_every_step(
    step: str, number: signal.Signals, some_lines: Path, tmp_path: Path
) -> None:
    words = ["online-retail", "--no-store", "--data", str(some_lines)]
    code, said = _ended(words, step, number, tmp_path)
    assert code == 128 + number
    assert "Traceback" not in said
    assert not (tmp_path / "artifacts").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("step", ["writing the report", "executing the notebook"])
def test_a_study_ends_while_it_writes(step: str, number: signal.Signals, tmp_path: Path) -> None:
    code, said = _ended(["visualise"], step, number, tmp_path)
    assert code == 128 + number
    assert "Traceback" not in said
