"""One channel, once over: what it is to be told next, sent in order, and written down as it is taken.

A change counts as told when the receiver has answered and the cursor is written. A crash between the
two sends the change again under the same identity; nothing else does.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from pymongo.database import Database

from batch.alerting.pending import Pending, ToldChange
from shared.adapters.failpoints import failpoint
from shared.adapters.mongo import deliveries
from shared.adapters.mongo.alert_store import list_alerts
from shared.adapters.mongo.deliveries import Cursor, Health
from shared.adapters.notify import AlertSender
from shared.adapters.notify.message import Message
from shared.adapters.notify.outcome import DeliveryFailed, DeliveryRefused
from shared.core.alerting.alert_findings import ABOUT_THE_STREAM
from shared.core.alerting.backoff import backoff_s
from shared.core.alerting.plan import ChannelRules
from shared.documents import Document
from shared.errors import InvalidConfig
from shared.log import get_logger
from shared.settings.monitoring import AlertSettings
from shared.settings.parts import Channel

log = get_logger("alerts")


@dataclass
class PassResult:
    """What one pass came to.

    sent, refused : identities of changes. severities : of those sent. error : why the channel fails now.
    """

    channel: str
    sent: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    severities: Counter[str] = field(default_factory=Counter)
    error: str | None = None


class ChannelJob:
    """Works off what one channel has not been told; `may_go_on` raises once another job has taken over."""

    def __init__(
        self,
        database: Database[Document],
        settings: AlertSettings,
        channel: Channel,
        sender: AlertSender,
        *,
        may_go_on: Callable[[], None],
        jitter: Callable[[], float],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database, self._settings, self._channel, self._sender = database, settings, channel, sender
        self._may_go_on, self._jitter, self._now = may_go_on, jitter, now
        self._digest = timedelta(minutes=getattr(channel, "digest_minutes", 0))

    def run(self, *, at_once: bool = False) -> PassResult:
        """Tell what is due; `at_once` disregards the pause after a failure.

        Raises
        ------
        LeaseHeld : another job delivers now.
        """
        now, result = self._now(), PassResult(self._channel.name)
        health = deliveries.open_channel(self._database, self._channel.name, now)
        if health.next_at is not None and now < health.next_at and not at_once:
            result.error = health.error
            return result
        try:
            self._tell(now, health, result)
        except (DeliveryFailed, DeliveryRefused, InvalidConfig) as error:
            result.error = str(error)
            pause_s = getattr(error, "retry_after_s", None) or backoff_s(health.attempts + 1, self._jitter())
            health = replace(health, attempts=health.attempts + 1, next_at=now + timedelta(seconds=pause_s))
            log.warning("channel_failed", channel=health.channel, attempts=health.attempts, error=str(error))
        else:
            health = replace(health, attempts=0, next_at=None)
        self._save(replace(health, error=result.error), result, now)
        return result

    def _save(self, health: Health, result: PassResult, now: datetime) -> None:
        if result.sent:
            health = replace(health, said_at=now, sent=Counter(health.sent) + result.severities)
        deliveries.save_health(self._database, health)

    def _tell(self, now: datetime, health: Health, result: PassResult) -> None:
        alerts = sorted(list_alerts(self._database), key=lambda alert: (alert["created_at"], alert["_id"]))
        in_trouble = any(a["status"] == "firing" and a["kind"] in ABOUT_THE_STREAM for a in alerts)
        rules = ChannelRules(self._channel.min_severity, timedelta(hours=self._settings.cooldown_h))
        pending = Pending(rules, self._settings.runbook, now, in_trouble)
        known = deliveries.cursors(self._database, self._channel.name)
        standing = [
            (alert, known.get(alert["_id"], Cursor(self._channel.name, alert["_id"]))) for alert in alerts
        ]
        if self._digest:
            self._tell_together(pending, standing, result, is_due=_is_due(health, self._digest, now))
        else:
            for alert, cursor in standing:
                self._tell_each(pending, alert, cursor, result)
        self._repeat(pending, alerts)

    def _tell_each(self, pending: Pending, alert: Document, cursor: Cursor, result: PassResult) -> None:
        """Send the changes of one alert one after the other."""
        for told in pending.changes(alert, cursor):
            refusal = None if told.message is None else self._send([told.message], result)
            if refusal is not None:
                cursor = replace(cursor, seq=told.after.seq)
                deliveries.save_cursor(self._database, cursor, refused=refusal)
                self._tell_each(
                    pending, alert, cursor, result
                )  # what it was not told changes what comes next
                return
            deliveries.save_cursor(self._database, told.after)
            cursor = told.after

    def _tell_together(
        self,
        pending: Pending,
        standing: Sequence[tuple[Document, Cursor]],
        result: PassResult,
        *,
        is_due: bool,
    ) -> None:
        """Send everything as one message once it is time; what says nothing is put aside at once."""
        waiting: list[tuple[Cursor, list[ToldChange]]] = []
        for alert, cursor in standing:
            changes = list(pending.changes(alert, cursor))
            if any(told.message is not None for told in changes):
                waiting.append((cursor, changes))
            elif changes:
                deliveries.save_cursor(self._database, changes[-1].after)
        messages = [told.message for _, changes in waiting for told in changes if told.message is not None]
        if not messages or not is_due:
            return
        refusal = self._send(messages, result)
        for cursor, changes in waiting:
            end = changes[-1].after
            end = end if refusal is None else replace(cursor, seq=end.seq)
            deliveries.save_cursor(self._database, end, refused=refusal)

    def _send(self, messages: list[Message], result: PassResult) -> str | None:
        """Send; returns why the receiver will never take it, None if it has."""
        self._may_go_on()
        identities = [message.identity for message in messages]
        try:
            self._sender.send(messages)
        except DeliveryRefused as error:
            result.refused += identities
            log.warning("alert_refused", channel=self._channel.name, changes=identities, error=str(error))
            return str(error)
        failpoint("alert_taken")
        result.sent += identities
        result.severities.update(message.severity for message in messages)
        log.info("alert_delivered", channel=self._channel.name, changes=identities)
        return None

    def _repeat(self, pending: Pending, alerts: Sequence[Document]) -> None:
        """Say again what fires, to a receiver that forgets."""
        if self._sender.repeat_s is None:
            return
        before = pending.now - timedelta(seconds=self._sender.repeat_s)
        known = deliveries.cursors(self._database, self._channel.name)
        due = [(alert, known[alert["_id"]]) for alert in alerts if _is_stale(known.get(alert["_id"]), before)]
        messages = [pending.repetition(alert, cursor) for alert, cursor in due]
        if messages:
            self._may_go_on()
            self._sender.send(messages)
        for _, cursor in due:
            deliveries.save_cursor(self._database, replace(cursor, said_at=pending.now))


def _is_due(health: Health, digest: timedelta, now: datetime) -> bool:
    return health.said_at is None or now >= health.said_at + digest


def _is_stale(cursor: Cursor | None, before: datetime) -> bool:
    """Whether the channel believes that an alert fires, and has not heard of it for a while."""
    if cursor is None or cursor.told is None or cursor.said_at is None:
        return False
    return cursor.told.is_open and cursor.said_at <= before
