"""`resegment doctor`: every problem comes with its way out, and only a failure fails."""

import json
import os
from pathlib import Path

import pytest

from cli import doctor_checks
from cli.main import main

Rows = dict[str, dict[str, str]]


@pytest.fixture(autouse=True)
def _nothing_runs_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("RESEG_")] + ["JAVA_HOME"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("shared.log.configure", lambda settings: None)
    monkeypatch.chdir(tmp_path)


def examined(capsys: pytest.CaptureFixture[str], *flags: str) -> tuple[int, Rows]:
    code = main(["doctor", "--json", *flags])
    return code, {row["name"]: row for row in json.loads(capsys.readouterr().out)}


def test_a_missing_java_fails_and_says_what_to_install(capsys: pytest.CaptureFixture[str]) -> None:
    code, rows = examined(capsys)

    assert code == 1
    assert rows["java"]["state"] == "fail"
    assert "JAVA_HOME" in rows["java"]["fix"]


def test_what_a_start_would_fetch_or_start_is_a_warning(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.adapters.jars.java.find_java", lambda: Path("java"))

    code, rows = examined(capsys)

    assert code == 0
    waiting = {"kafka jars", "spark jars", "mongo-connector jars", "kafka", "mongodb"}
    assert {name for name, row in rows.items() if row["state"] == "warn"} == waiting
    assert all(rows[name]["fix"] for name in waiting)


def test_a_wrong_setting_is_one_failed_check_and_the_machine_is_still_looked_at(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, rows = examined(capsys, "--set", "kafka.topics=x")

    assert code == 1
    assert "did you mean kafka.topic?" in rows["settings"]["found"]
    assert rows["python"]["state"] == "ok"


@pytest.mark.parametrize(("free_gib", "state"), [(10.0, "ok"), (2.0, "warn"), (0.5, "fail")])
def test_little_disk_warns_and_almost_none_fails(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, free_gib: float, state: str
) -> None:
    usage = type("Usage", (), {"free": free_gib * doctor_checks.GIB})
    monkeypatch.setattr("shutil.disk_usage", lambda folder: usage)

    _, rows = examined(capsys)

    assert rows["disk"]["state"] == state


def test_missing_packages_are_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    needed = ["no-such-package>=2", "rich>=14", 'no-such-extra; extra == "embedded"']
    monkeypatch.setattr("importlib.metadata.requires", lambda name: needed)

    _, rows = examined(capsys)

    assert rows["packages"]["found"] == "missing: no-such-package"
