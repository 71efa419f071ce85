"""Mail, by the standard library."""

import smtplib
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from hashlib import sha256

from shared.adapters.notify.message import Message, subject, text
from shared.adapters.notify.outcome import DeliveryFailed, DeliveryRefused
from shared.settings.parts import SmtpChannel

BY_A_PERSON = frozenset({530, 534, 535, 538})
"""Replies about the login: mended in the settings, and then everything held back should still arrive."""


class SmtpSender:
    """Sends one mail to all recipients; its Message-ID is the same whenever the same is sent again."""

    repeat_s: float | None = None

    def __init__(self, channel: SmtpChannel) -> None:
        self._channel = channel
        self._context = ssl.create_default_context()

    def send(self, messages: Sequence[Message]) -> None:
        """Deliver `messages` as one mail.

        Raises
        ------
        DeliveryRefused : the server will never take it.
        DeliveryFailed : no answer, or one that may be different later.
        """
        try:
            with self._connect() as server:
                self._log_in(server)
                server.send_message(self._mail(messages))
        except smtplib.SMTPRecipientsRefused as error:
            raise self._judged(max(code for code, _ in error.recipients.values())) from None
        except smtplib.SMTPResponseException as error:
            raise self._judged(error.smtp_code) from None
        except (smtplib.SMTPException, OSError) as error:
            msg = f"{self._where()} should take mail; got {type(error).__name__}; it is tried again"
            raise DeliveryFailed(msg) from None

    def _connect(self) -> smtplib.SMTP:
        channel = self._channel
        if channel.security == "tls":
            return smtplib.SMTP_SSL(
                channel.host, channel.port, timeout=channel.timeout_s, context=self._context
            )
        return smtplib.SMTP(channel.host, channel.port, timeout=channel.timeout_s)

    def _log_in(self, server: smtplib.SMTP) -> None:
        if self._channel.security == "starttls":
            server.starttls(context=self._context)
        if self._channel.user:
            server.login(self._channel.user, self._channel.password.get_secret_value())

    def _mail(self, messages: Sequence[Message]) -> EmailMessage:
        mail = EmailMessage()
        mail["Subject"] = " ".join(subject(messages).split())
        mail["From"] = self._channel.sender
        mail["To"] = ", ".join(self._channel.recipients)
        what = sha256("\n".join(message.identity for message in messages).encode()).hexdigest()[:32]
        mail["Message-ID"] = f"<{what}@resegment>"
        mail.set_content(text(messages))
        return mail

    def _judged(self, code: int) -> DeliveryFailed | DeliveryRefused:
        if code >= 500 and code not in BY_A_PERSON:
            return DeliveryRefused(f"{self._where()} refused the mail for good, with {code}")
        return DeliveryFailed(f"{self._where()} should take mail; got {code}; it is tried again")

    def _where(self) -> str:
        return f"the mail server {self._channel.host}:{self._channel.port}"
