"""What is said about one change of one alert, as values and as text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from shared.core.alerting.alert_findings import Severity
from shared.plain import iso, to_plain

WORDS = {"ticket": "Ticket", "warning": "Warning", "page": "Page"}


@dataclass(frozen=True)
class Message:
    """One change (`seq`) of the alert `key`.

    reason : what made the state change. as_of, first_as_of : when, and since when, in the alert's own
    time. told_at : when this channel is told, by the wall clock; since_at : when it was first told.
    """

    key: str
    seq: int
    status: Literal["firing", "resolved"]
    severity: Severity
    kind: str
    title: str
    message: str
    reason: str
    score: float | None
    model_version: int | None
    as_of: datetime
    first_as_of: datetime
    evidence: Mapping[str, Any]
    runbook_url: str
    told_at: datetime
    since_at: datetime

    @property
    def identity(self) -> str:
        """The same change has the same identity, however often it is sent."""
        return f"{self.key}:{self.seq}"


def as_document(message: Message) -> dict[str, Any]:
    """Return a message as plain JSON values; the clock of the sender is left out, so it repeats exactly."""
    names = (
        "key",
        "seq",
        "status",
        "severity",
        "kind",
        "title",
        "message",
        "reason",
        "score",
        "model_version",
    )
    values = {name: getattr(message, name) for name in names}
    times = {name: iso(getattr(message, name)) for name in ("as_of", "first_as_of")}
    return values | times | {"evidence": to_plain(message.evidence), "runbook_url": message.runbook_url}


def subject(messages: Sequence[Message]) -> str:
    """Write one line for a mail's subject or a push notification's title."""
    if len(messages) > 1:
        n_firing = sum(message.status == "firing" for message in messages)
        return f"resegment: {n_firing} firing, {len(messages) - n_firing} resolved"
    (message,) = messages
    word = "Resolved" if message.status == "resolved" else WORDS[message.severity]
    return f"resegment: {word}: {message.title}"


def text(messages: Sequence[Message]) -> str:
    """Write what a person needs: what moved, why it is said now, and where to read what to do."""
    return "\n\n".join(_paragraph(message) for message in messages) + "\n"


def example(now: datetime, runbook: str) -> Message:
    """Return a made-up message, for trying a channel."""
    return Message(
        key="test:staleness",
        seq=1,
        status="firing",
        severity="page",
        kind="staleness",
        title="This is a test",
        message="Nothing is wrong: somebody ran `resegment alerts test`.",
        reason="first found",
        score=None,
        model_version=None,
        as_of=now,
        first_as_of=now,
        evidence={},
        runbook_url=runbook,
        told_at=now,
        since_at=now,
    )


def _paragraph(message: Message) -> str:
    lines = [
        subject([message]),
        message.message,
        f"{message.status} as of {iso(message.as_of)}, since {iso(message.first_as_of)} ({message.reason})",
        f"what to do: {message.runbook_url}",
        f"alert {message.identity}",
    ]
    return "\n".join(lines)
