"""From a channel of the settings to what sends to it."""

from collections.abc import Sequence
from typing import Protocol

from shared.adapters.notify.alertmanager import AlertmanagerSender
from shared.adapters.notify.apprise import AppriseSender
from shared.adapters.notify.message import Message
from shared.adapters.notify.smtp import SmtpSender
from shared.adapters.notify.webhook import WebhookSender
from shared.settings.parts import AlertmanagerChannel, AppriseChannel, Channel, WebhookChannel


class AlertSender(Protocol):
    """Something that tells a receiver. repeat_s : how often it wants firing alerts repeated, if at all."""

    repeat_s: float | None

    def send(self, messages: Sequence[Message]) -> None:
        """Deliver all of `messages` or none.

        Raises
        ------
        DeliveryRefused : the receiver will never take them.
        DeliveryFailed : it did not take them this time.
        """


def sender_of(channel: Channel) -> AlertSender:
    """Return what sends to `channel`; connects only when it sends."""
    if isinstance(channel, WebhookChannel):
        return WebhookSender(channel)
    if isinstance(channel, AlertmanagerChannel):
        return AlertmanagerSender(channel)
    if isinstance(channel, AppriseChannel):
        return AppriseSender(channel)
    return SmtpSender(channel)
