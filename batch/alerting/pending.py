"""What is still to be told of one alert, and in which words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from shared.adapters.mongo.alert_store import episode_of
from shared.adapters.mongo.deliveries import Cursor
from shared.adapters.notify.message import Message
from shared.core.alerting.alert_states import Change
from shared.core.alerting.plan import AlertStanding, ChannelRules, next_step, told_by


@dataclass(frozen=True)
class ToldChange:
    """One change and where the cursor stands once it is dealt with; message : None if it is skipped."""

    after: Cursor
    message: Message | None


@dataclass(frozen=True)
class Pending:
    """What a channel has still to be told, by its rules at one moment."""

    rules: ChannelRules
    runbook: str
    now: datetime
    is_stream_in_trouble: bool

    def changes(self, alert: Mapping[str, Any], cursor: Cursor) -> Iterator[ToldChange]:
        """Give the changes after `cursor` in order, as if each were told, up to the first that must wait."""
        standing = self._standing(alert)
        while (step := next_step(standing, cursor.seq, cursor.told, self.rules)) is not None:
            if step.verdict == "wait":
                return
            if step.verdict == "skip":
                cursor = replace(cursor, seq=step.change.seq)
                yield ToldChange(cursor, None)
            else:
                cursor = cursor.moved(step.change, told_by(step.change, cursor.told), self.now)
                yield ToldChange(cursor, self.message(alert, step.change, cursor))

    def message(self, alert: Mapping[str, Any], change: Change, cursor: Cursor) -> Message:
        """Put one change of an alert into a message."""
        return Message(
            key=alert["_id"],
            seq=change.seq,
            status=change.status,
            severity=change.severity,
            kind=alert["kind"],
            title=alert["title"],
            message=change.message,
            reason=change.reason,
            score=change.score,
            model_version=alert["model_version"],
            as_of=change.as_of,
            first_as_of=alert["first_as_of"],
            evidence=alert["evidence"],
            runbook_url=f"{self.runbook}#{alert['kind']}",
            told_at=self.now,
            since_at=cursor.since_at or self.now,
        )

    def repetition(self, alert: Mapping[str, Any], cursor: Cursor) -> Message:
        """Say again the firing that a channel was told last."""
        told = [change for change in episode_of(alert).changes[: cursor.seq] if change.status == "firing"]
        return self.message(alert, told[-1], cursor)

    def _standing(self, alert: Mapping[str, Any]) -> AlertStanding:
        return AlertStanding(
            kind=alert["kind"],
            episode=episode_of(alert),
            is_acked=alert["ack"] is not None,
            is_muted=alert["mute_until"] is not None and self.now < alert["mute_until"],
            is_stream_in_trouble=self.is_stream_in_trouble,
        )
