"""Events on stderr: one format, no secrets, quiet libraries."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Literal

import numpy as np
import pytest
import structlog

from shared import log
from shared.settings import LogSettings


@pytest.fixture(autouse=True)
def _restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in log.NOISY}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    structlog.reset_defaults()


def events(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    shown = capsys.readouterr()
    assert shown.out == ""
    return [json.loads(line) for line in shown.err.splitlines()]


def test_events_are_json_lines_with_time_level_and_keys(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(LogSettings(format="json"))

    log.get_logger("stream").info("batch_applied", rows=5000)

    (event,) = events(capsys)
    assert str(event.pop("ts")).endswith("Z")
    assert event == {"level": "info", "event": "batch_applied", "source": "stream", "rows": 5000}


def test_text_events_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(LogSettings())

    log.get_logger("stream").warning("lease_lost", holder="a")

    (line,) = capsys.readouterr().err.splitlines()
    assert "lease_lost" in line
    assert "holder=a" in line


def test_values_are_shown_without_their_types_and_rounded(capsys: pytest.CaptureFixture[str]) -> None:
    found = {"at": [datetime(2011, 12, 9, tzinfo=UTC)], "share": (np.float64(1.7917334570001913),)}

    log.configure(LogSettings())
    log.get_logger("stream").info("seen", **found)

    (line,) = capsys.readouterr().err.splitlines()
    assert "['2011-12-09T00:00:00.000Z']" in line
    assert "share=[1.7917]" in line


def test_the_level_is_a_floor(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(LogSettings(level="warning", format="json"))

    log.get_logger("stream").info("batch_applied")

    assert events(capsys) == []


@pytest.mark.parametrize("style", ["text", "json"])
def test_credentials_are_masked_also_in_tracebacks(
    capsys: pytest.CaptureFixture[str], style: Literal["text", "json"]
) -> None:
    log.configure(LogSettings(format=style))
    uri = "mongodb://me:canary@host/"
    failure = RuntimeError(f"{uri} refused")

    log.get_logger("stream").error("connection_failed", uri=uri, exc_info=failure)

    shown = capsys.readouterr().err
    assert "canary" not in shown
    assert "refused" in shown


@pytest.mark.parametrize(("level", "expected"), [("info", []), ("debug", ["broker gone"])])
def test_the_kafka_clients_error_loop_is_heard_only_when_debugging(
    capsys: pytest.CaptureFixture[str], level: Literal["debug", "info"], expected: list[str]
) -> None:
    log.configure(LogSettings(level=level, format="json"))

    logging.getLogger("kafka.conn").error("broker gone")

    assert [event["event"] for event in events(capsys)] == expected
