"""`resegment config show`: every setting, its origin, no secret."""

import json
import os
from pathlib import Path

import pytest

from cli.main import main

SECRET = "canary-secret"  # noqa: S105


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("RESEG_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_every_key_is_shown_with_what_decided_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "resegment.toml").write_text("[kafka]\npartitions = 4\n")
    monkeypatch.setenv("RESEG_KAFKA__TOPIC", "sales")

    assert main(["config", "show", "--json", "--set", "stream.id=shop-2", "--log-level", "debug"]) == 0
    rows = {row["key"]: (row["value"], row["origin"]) for row in json.loads(capsys.readouterr().out)}

    assert rows["stream.id"] == ("shop-2", "flag")
    assert rows["log.level"] == ("debug", "flag")
    assert rows["kafka.topic"] == ("sales", "environment RESEG_KAFKA__TOPIC")
    assert rows["kafka.partitions"] == (4, "file resegment.toml")
    assert rows["state.horizon_days"] == (7, "default")


@pytest.mark.parametrize("flags", [[], ["--origin"], ["--json"], ["--debug"]])
def test_no_secret_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], flags: list[str]
) -> None:
    options = {"kafka.ssl.key.password": SECRET, "kafka.security.protocol": "SSL"}
    monkeypatch.setenv("RESEG_MONGO__URI", f"mongodb://me:{SECRET}@db.example/?replicaSet=rs0")
    monkeypatch.setenv("RESEG_KAFKA__OPTIONS", json.dumps(options))

    assert main(["config", "show", *flags]) == 0
    shown = capsys.readouterr()

    assert SECRET not in shown.out + shown.err
    assert "db.example" in shown.out
    assert "SSL" in shown.out


def test_a_set_flag_without_a_value_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "show", "--set", "kafka.topic"]) == 2
    assert "SECTION.KEY=VALUE" in capsys.readouterr().err
