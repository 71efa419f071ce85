"""One channel, once over: what it is to be told next, sent in order, and written down as it is taken.

A change counts as told when the receiver has answered and the cursor is written. A crash between the
two sends the change again under the same identity; nothing else does.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from pymongo.database import Database

from batch.alerting.walk import Stride, Walker
from shared.adapters.failpoints import failpoint
from shared.adapters.mongo import deliveries
from shared.adapters.mongo.alerts import list_alerts
from shared.adapters.mongo.client import Document
from shared.adapters.mongo.deliveries import Cursor, Health
from shared.adapters.notify import Sender
from shared.adapters.notify.message import Message
from shared.adapters.notify.outcome import DeliveryFailed, DeliveryRefused
from shared.core.alerting.backoff import backoff_s
from shared.core.alerting.findings import ABOUT_THE_STREAM
from shared.core.alerting.plan import Rules
from shared.errors import InvalidConfig
from shared.log import get_logger
from shared.settings.parts import Channel
from shared.settings.watching import AlertSettings

log = get_logger("alerts")


@dataclass
class Passed:
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
        sender: Sender,
        *,
        may_go_on: Callable[[], None],
        jitter: Callable[[], float],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database, self._settings, self._channel, self._sender = database, settings, channel, sender
        self._may_go_on, self._jitter, self._now = may_go_on, jitter, now
        self._digest = timedelta(minutes=getattr(channel, "digest_minutes", 0))

    def run(self, *, at_once: bool = False) -> Passed:
        """Tell what is due; `at_once` disregards the pause after a failure.

        Raises
        ------
        LeaseHeld : another job delivers now.
        """
        now, passed = self._now(), Passed(self._channel.name)
        health = deliveries.open_channel(self._database, self._channel.name, now)
        if health.next_at is not None and now < health.next_at and not at_once:
            passed.error = health.error
            return passed
        try:
            self._tell(now, health, passed)
        except (DeliveryFailed, DeliveryRefused, InvalidConfig) as error:
            passed.error = str(error)
            pause_s = getattr(error, "retry_after_s", None) or backoff_s(health.attempts + 1, self._jitter())
            health = replace(health, attempts=health.attempts + 1, next_at=now + timedelta(seconds=pause_s))
            log.warning("channel_failed", channel=health.channel, attempts=health.attempts, error=str(error))
        else:
            health = replace(health, attempts=0, next_at=None)
        self._save(replace(health, error=passed.error), passed, now)
        return passed

    def _save(self, health: Health, passed: Passed, now: datetime) -> None:
        if passed.sent:
            health = replace(health, said_at=now, sent=Counter(health.sent) + passed.severities)
        deliveries.save_health(self._database, health)

    def _tell(self, now: datetime, health: Health, passed: Passed) -> None:
        alerts = sorted(list_alerts(self._database), key=lambda alert: (alert["created_at"], alert["_id"]))
        in_trouble = any(a["status"] == "firing" and a["kind"] in ABOUT_THE_STREAM for a in alerts)
        rules = Rules(self._channel.min_severity, timedelta(hours=self._settings.cooldown_h))
        walker = Walker(rules, self._settings.runbook, now, in_trouble)
        known = deliveries.cursors(self._database, self._channel.name)
        standing = [
            (alert, known.get(alert["_id"], Cursor(self._channel.name, alert["_id"]))) for alert in alerts
        ]
        if self._digest:
            self._tell_together(walker, standing, passed, is_due=_is_due(health, self._digest, now))
        else:
            for alert, cursor in standing:
                self._tell_each(walker, alert, cursor, passed)
        self._repeat(walker, alerts)

    def _tell_each(self, walker: Walker, alert: Document, cursor: Cursor, passed: Passed) -> None:
        """Send the changes of one alert one after the other."""
        for stride in walker.walk(alert, cursor):
            refusal = None if stride.message is None else self._send([stride.message], passed)
            if refusal is not None:
                cursor = replace(cursor, seq=stride.after.seq)
                deliveries.save_cursor(self._database, cursor, refused=refusal)
                self._tell_each(walker, alert, cursor, passed)  # what it was not told changes what comes next
                return
            deliveries.save_cursor(self._database, stride.after)
            cursor = stride.after

    def _tell_together(
        self, walker: Walker, standing: Sequence[tuple[Document, Cursor]], passed: Passed, *, is_due: bool
    ) -> None:
        """Send everything as one message once it is time; what says nothing is put aside at once."""
        walks: list[tuple[Cursor, list[Stride]]] = []
        for alert, cursor in standing:
            strides = list(walker.walk(alert, cursor))
            if any(stride.message is not None for stride in strides):
                walks.append((cursor, strides))
            elif strides:
                deliveries.save_cursor(self._database, strides[-1].after)
        messages = [
            stride.message for _, strides in walks for stride in strides if stride.message is not None
        ]
        if not messages or not is_due:
            return
        refusal = self._send(messages, passed)
        for cursor, strides in walks:
            end = strides[-1].after
            end = end if refusal is None else replace(cursor, seq=end.seq)
            deliveries.save_cursor(self._database, end, refused=refusal)

    def _send(self, messages: list[Message], passed: Passed) -> str | None:
        """Send; returns why the receiver will never take it, None if it has."""
        self._may_go_on()
        identities = [message.identity for message in messages]
        try:
            self._sender.send(messages)
        except DeliveryRefused as error:
            passed.refused += identities
            log.warning("alert_refused", channel=self._channel.name, changes=identities, error=str(error))
            return str(error)
        failpoint("alert_taken")
        passed.sent += identities
        passed.severities.update(message.severity for message in messages)
        log.info("alert_delivered", channel=self._channel.name, changes=identities)
        return None

    def _repeat(self, walker: Walker, alerts: Sequence[Document]) -> None:
        """Say again what fires, to a receiver that forgets."""
        if self._sender.repeat_s is None:
            return
        before = walker.now - timedelta(seconds=self._sender.repeat_s)
        known = deliveries.cursors(self._database, self._channel.name)
        due = [(alert, known[alert["_id"]]) for alert in alerts if _is_stale(known.get(alert["_id"]), before)]
        messages = [walker.repetition(alert, cursor) for alert, cursor in due]
        if messages:
            self._may_go_on()
            self._sender.send(messages)
        for _, cursor in due:
            deliveries.save_cursor(self._database, replace(cursor, said_at=walker.now))


def _is_due(health: Health, digest: timedelta, now: datetime) -> bool:
    return health.said_at is None or now >= health.said_at + digest


def _is_stale(cursor: Cursor | None, before: datetime) -> bool:
    """Whether the channel believes that an alert fires, and has not heard of it for a while."""
    if cursor is None or cursor.told is None or cursor.said_at is None:
        return False
    return cursor.told.is_open and cursor.said_at <= before
