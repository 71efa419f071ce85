"""Findings, a channel that delivers them by a clock of the test's, and the job as a process."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pymongo.database import Database

from batch.alerting.channel import ChannelJob
from shared.adapters.notify import sender_of
from shared.core.alerting.alert_findings import AlertFinding, Kind, alert_key
from shared.settings.monitoring import AlertSettings
from tests.support.receivers import Receiver
from tests.support.streams import DEADLINE_S

Docs = Database[dict[str, Any]]
TICK = datetime(2011, 12, 1, tzinfo=UTC)
KEY = alert_key("main", "drift_basket", 3)
OTHER = alert_key("main", "drift_buyers", 3)
SECRET = "shared between us"  # noqa: S105


class Clock:
    """A wall clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def found(day: int = 0, score: float = 2.0, kind: Kind = "drift_basket") -> AlertFinding:
    return AlertFinding(
        key=alert_key("main", kind, 3),
        kind=kind,
        severity="ticket",
        title="Baskets changed",
        message=f"score {score} on day {day}",
        as_of=TICK + timedelta(days=day),
        score=score,
        model_version=3,
        evidence={"limit": 4.4, "since": TICK},
    )


def job(database: Docs, clock: Clock, channel: dict[str, Any], **settings: Any) -> ChannelJob:
    alerts = AlertSettings.model_validate(
        {"channels": [{"name": "ops", "kind": "webhook", "secret": SECRET} | channel]} | settings
    )
    (one,) = alerts.channels
    return ChannelJob(
        database, alerts, one, sender_of(one), may_go_on=lambda: None, jitter=lambda: 0.5, now=clock
    )


def environment(
    database: Docs, mongo_uri: str, receiver: Receiver, folder: Path, **more: str
) -> dict[str, str]:
    channels = [{"name": "ops", "kind": "webhook", "url": receiver.url, "secret": SECRET}]
    return {
        **os.environ,
        "RESEG_MONGO__URI": mongo_uri,
        "RESEG_MONGO__DATABASE": database.name,
        "RESEG_KAFKA__BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "RESEG_SERVICES__FOLDER": str(folder),
        "RESEG_ALERTS__CHANNELS": json.dumps(channels),
        "RESEG_ALERTS__POLL_S": "0.05",
        **more,
    }


def alerts(env: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "cli", "alerts", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=DEADLINE_S, check=False)
