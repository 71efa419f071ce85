"""Any of the services that Apprise knows; an extra, since it brings ten packages of its own."""

import importlib
from collections.abc import Sequence
from typing import Any

from shared.adapters.notify.message import Message, subject, text
from shared.adapters.notify.outcome import DeliveryFailed
from shared.errors import InvalidConfig
from shared.settings.parts import AppriseChannel

TYPES = {"ticket": "info", "warning": "warning", "page": "failure"}


class AppriseSender:
    """Sends text; Apprise says only whether it worked, so everything that fails is tried again."""

    repeat_s: float | None = None

    def __init__(self, channel: AppriseChannel) -> None:
        self._channel = channel

    def send(self, messages: Sequence[Message]) -> None:
        """Deliver `messages` as one notification.

        Raises
        ------
        InvalidConfig : Apprise is not installed, or does not know the address.
        DeliveryFailed : the service did not take it.
        """
        notifier = load().Apprise()
        if not notifier.add(self._channel.url.get_secret_value()):
            msg = f"channel {self._channel.name!r}: url should be one that Apprise knows; correct it"
            raise InvalidConfig(msg)
        kind = "success" if all(m.status == "resolved" for m in messages) else TYPES[messages[-1].severity]
        if not notifier.notify(title=subject(messages), body=text(messages), notify_type=kind):
            msg = f"channel {self._channel.name!r}: the service did not take the message; it is tried again"
            raise DeliveryFailed(msg)


def load() -> Any:
    """Import Apprise.

    Raises
    ------
    InvalidConfig : it is not installed.
    """
    try:
        return importlib.import_module("apprise")
    except ImportError:
        msg = "a channel of kind apprise needs Apprise; pip install 'resegment[apprise]'"
        raise InvalidConfig(msg) from None
