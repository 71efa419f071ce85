"""Channels in the settings: refused where wrong, and never shown with what is secret in them."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.main import main
from shared.errors import InvalidConfig
from shared.settings.loading import load_settings
from shared.settings.monitoring import AlertSettings

SECRET = "canary-secret"  # noqa: S105
HOOK = {"name": "ops", "kind": "webhook", "url": f"https://hooks.example/{SECRET}", "secret": SECRET}
MAIL = {
    "name": "mail", "kind": "smtp", "host": "mail.example", "password": SECRET,
    "sender": "shop@example.com", "recipients": ["ops@example.com"],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def load(*channels: Any) -> AlertSettings:
    return load_settings(None, {}, {"RESEG_ALERTS__CHANNELS": json.dumps(channels)}).settings.alerts


def test_a_channel_is_read_by_its_kind() -> None:
    hook, mail = load(HOOK, MAIL).channels

    assert (hook.kind, mail.kind) == ("webhook", "smtp")
    assert (hook.min_severity, hook.name) == ("ticket", "ops")


@pytest.mark.parametrize(
    ("channel", "rule"),
    [
        (HOOK | {"kind": "carrier-pigeon"}, "does not match any of the expected tags"),
        (HOOK | {"url": SECRET}, "should start with https://"),
        (HOOK | {"url": [SECRET]}, "valid string"),
        (HOOK | {"sekret": SECRET}, "extra inputs"),
        (HOOK | {"min_severity": SECRET}, "'ticket', 'warning' or 'page'"),
        (MAIL | {"recipients": []}, "at least 1"),
        (SECRET, "valid dictionary"),
    ],
)
def test_a_wrong_channel_is_refused_without_its_secret(channel: Any, rule: str) -> None:
    with pytest.raises(InvalidConfig, match=rule) as caught:
        load(channel)

    assert SECRET not in str(caught.value)


def test_two_channels_of_one_name_are_refused() -> None:
    with pytest.raises(InvalidConfig, match="names should differ"):
        load(HOOK, HOOK)


def test_channels_are_not_taken_from_the_command_line() -> None:
    with pytest.raises(InvalidConfig, match="no credentials there") as caught:
        load_settings(None, {"alerts.channels": json.dumps([HOOK])}, {})

    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("flags", [[], ["--json"], ["--origin"]])
def test_channels_are_shown_without_their_secrets(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], flags: list[str]
) -> None:
    monkeypatch.setenv("RESEG_ALERTS__CHANNELS", json.dumps([HOOK, MAIL]))

    assert main(["config", "show", *flags]) == 0
    shown = capsys.readouterr()

    assert SECRET not in shown.out + shown.err
    assert "mail.example" in shown.out
