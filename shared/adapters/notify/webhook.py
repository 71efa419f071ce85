"""A generic receiver of JSON, which can check who sent it and that it has not had it before.

Headers: `X-Reseg-Timestamp` (Unix seconds), `X-Reseg-Signature` = `v1=` and the hexadecimal
HMAC-SHA256 of `<timestamp>.<body>` under the shared secret, and `Idempotency-Key`, the same whenever
the same is sent again: a sender that dies after the receiver has answered, and before that is written
down, sends once more, and only the receiver can tell.
"""

import hashlib
import hmac
from collections.abc import Sequence

from shared.adapters.notify.http import post
from shared.adapters.notify.message import Message, as_document
from shared.plain import to_json
from shared.settings.parts import WebhookChannel

VERSION = 1


class WebhookSender:
    """Posts one change as an object, a digest as an object with a list."""

    repeat_s: float | None = None

    def __init__(self, channel: WebhookChannel) -> None:
        self._channel = channel

    def send(self, messages: Sequence[Message]) -> None:
        """Deliver `messages` in one request; raises like `http.post`."""
        body = _body(messages)
        timestamp = str(int(messages[-1].told_at.timestamp()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "resegment",
            "X-Reseg-Timestamp": timestamp,
            "Idempotency-Key": identity(messages),
        }
        secret = self._channel.secret.get_secret_value()
        if secret:
            headers["X-Reseg-Signature"] = f"v1={signature(secret, timestamp, body)}"
        post(self._channel.url.get_secret_value(), body, headers, self._channel.timeout_s)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return what a receiver computes and compares (in constant time) with the header."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def identity(messages: Sequence[Message]) -> str:
    """Name what is sent: a change by alert and number, a digest by a hash of those."""
    if len(messages) == 1:
        return messages[0].identity
    return "digest:" + hashlib.sha256("\n".join(m.identity for m in messages).encode()).hexdigest()[:32]


def _body(messages: Sequence[Message]) -> bytes:
    told = [as_document(message) for message in messages]
    document = told[0] if len(told) == 1 else {"digest": told}
    return to_json({"version": VERSION} | document, indent=None).encode()
