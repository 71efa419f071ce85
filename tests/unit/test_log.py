"""Events on stderr: one format, no secrets, quiet libraries."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Literal
from uuid import UUID

import numpy as np
import pytest
import structlog
from bson import ObjectId

from shared import log
from shared.core.segments.naming_tables import Name
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


REPRS = (
    "datetime",
    "ObjectId(",
    "np.",
    "array(",
    "<",
    "PosixPath",
    "Decimal(",
    "UUID(",
    "frozenset",
    "timezone",
)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (datetime(2011, 12, 9, 10, 30, tzinfo=UTC), "2011-12-09T10:30:00+00:00"),
        (date(2011, 12, 9), "2011-12-09"),
        (timedelta(minutes=2), "0:02:00"),
        (1.7917334570001913, 1.7917),
        (np.float64(0.125), 0.125),
        (np.float32(0.5), 0.5),
        (np.int64(7), 7),
        (np.bool_(True), True),
        (np.array([1.0, 2.5]), [1.0, 2.5]),
        (np.datetime64("2011-12-09"), "2011-12-09"),
        ((1, np.int32(2)), [1, 2]),
        (frozenset({"b", "a"}), ["a", "b"]),
        (
            {"at": [datetime(2011, 12, 9, tzinfo=UTC)], 3: None},
            {"at": ["2011-12-09T00:00:00+00:00"], "3": None},
        ),
        (ObjectId("65f000000000000000000001"), "65f000000000000000000001"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Path("a/b"), "a/b"),
        (Decimal("1.50"), "1.50"),
        (Name.VIP, "VIP"),
        (b"\x01\xff", "01ff"),
        (ValueError("no such day"), "no such day"),
        (float("nan"), pytest.approx(float("nan"), nan_ok=True)),
    ],
)
def test_a_value_is_shown_plainly(value: object, shown: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert log.plain(value) == shown

    log.configure(LogSettings())
    log.get_logger("stream").info("seen", value=value, nested=[{"deep": (value,)}])

    (line,) = capsys.readouterr().err.splitlines()
    assert not any(each in line for each in REPRS)


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
