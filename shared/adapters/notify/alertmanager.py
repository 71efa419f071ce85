"""Prometheus' Alertmanager by its API v2: it groups, silences, inhibits and repeats by itself.

It forgets what nobody repeats, so a firing alert is posted again and again (`repeat_s`), each time with
an end that lies beyond the next repetition. Labels decide what is the same alert: they hold the cause,
never a figure that moves.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from shared.adapters.notify.http import post
from shared.adapters.notify.message import Message
from shared.core.alerting.alert_findings import ABOUT_THE_MODEL
from shared.plain import iso, to_json
from shared.settings.parts import AlertmanagerChannel

PATH = "/api/v2/alerts"
REPEAT_S = 60.0
LASTS = timedelta(minutes=5)
"""Four repetitions may get lost before Alertmanager takes an alert for resolved."""


class AlertmanagerSender:
    """Posts alerts that start when the channel was first told of them, and end when that is over."""

    repeat_s: float | None = REPEAT_S

    def __init__(self, channel: AlertmanagerChannel) -> None:
        self._channel = channel

    def send(self, messages: Sequence[Message]) -> None:
        """Deliver `messages` in one request; raises like `http.post`."""
        url = self._channel.url.get_secret_value().rstrip("/") + PATH
        body = to_json([postable(message) for message in messages], indent=None).encode()
        post(url, body, {"Content-Type": "application/json"}, self._channel.timeout_s)


def postable(message: Message) -> dict[str, Any]:
    """Return one alert of the body: labels, annotations, startsAt, endsAt."""
    model = {} if message.model_version is None else {"model": str(message.model_version)}
    ends_at = message.told_at if message.status == "resolved" else message.told_at + LASTS
    return {
        "labels": {
            "alertname": f"resegment_{message.kind}",
            "key": message.key,
            "severity": message.severity,
            "service": "resegment",
            "about": "model" if message.kind in ABOUT_THE_MODEL else "stream",
            **model,
        },
        "annotations": {
            "summary": message.title,
            "description": message.message,
            "runbook_url": message.runbook_url,
        },
        "startsAt": iso(message.since_at),
        "endsAt": iso(ends_at),
    }
