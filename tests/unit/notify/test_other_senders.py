"""Mail, Apprise and Alertmanager: what goes out, and which failures are for good."""

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest

from shared.adapters.notify.alertmanager import postable
from shared.adapters.notify.apprise import AppriseSender
from shared.adapters.notify.message import Message, example, subject, text
from shared.adapters.notify.outcome import DeliveryFailed, DeliveryRefused
from shared.adapters.notify.smtp import SmtpSender
from shared.errors import InvalidConfig
from shared.settings.parts import AppriseChannel, SmtpChannel
from tests.support.receivers import MailServer, mail_server

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FIRED: Message = replace(
    example(NOW, "docs/runbook.md#staleness"), title="Baskets\nchanged", message="£31.20, expected £24.10"
)
OVER = replace(FIRED, seq=2, status="resolved", reason="calm")


def mail_channel(server: MailServer, **changes: Any) -> SmtpChannel:
    values = {
        "name": "mail", "kind": "smtp", "host": "127.0.0.1", "port": server.port, "security": "none",
        "sender": "shop@example.com", "recipients": ["ops@example.com", "b@example.com"],
    }  # fmt: skip
    return SmtpChannel.model_validate(values | changes)


def test_a_mail_says_what_moved_to_everybody() -> None:
    with mail_server() as server:
        SmtpSender(mail_channel(server, user="shop", password="secret")).send([FIRED])  # noqa: S106

    (mail,) = server.mails
    assert "Subject: resegment: Page: Baskets changed\r\n" in mail
    assert "To: ops@example.com, b@example.com\r\n" in mail
    assert "Message-ID: <" in mail
    assert server.login.startswith("AUTH PLAIN")


def test_the_same_mail_has_the_same_identity() -> None:
    with mail_server() as server:
        sender = SmtpSender(mail_channel(server))
        for messages in ([FIRED], [FIRED], [FIRED, OVER]):
            sender.send(messages)
    identities = [
        next(line for line in mail.splitlines() if line.startswith("Message-ID")) for mail in server.mails
    ]

    assert identities[0] == identities[1] != identities[2]


@pytest.mark.parametrize(
    ("reply", "outcome"), [("550 nobody here", DeliveryRefused), ("451 come back later", DeliveryFailed)]
)
def test_a_mail_that_is_refused_for_good_is_told_from_one_that_may_go_later(
    reply: str, outcome: type[Exception]
) -> None:
    with mail_server() as server:
        server.reply_to_rcpt = reply
        with pytest.raises(outcome):
            SmtpSender(mail_channel(server)).send([FIRED])


def test_a_wrong_password_is_for_a_person_to_mend() -> None:
    with mail_server() as server:
        server.reply_to_auth = "535 no"
        with pytest.raises(DeliveryFailed):
            SmtpSender(mail_channel(server, user="shop", password="wrong")).send([FIRED])  # noqa: S106


def test_mail_is_not_sent_without_the_encryption_that_was_asked_for() -> None:
    with mail_server() as server:
        with pytest.raises(DeliveryFailed):
            SmtpSender(mail_channel(server, security="starttls")).send([FIRED])

        assert server.mails == []


def test_a_mail_server_that_is_not_there_is_tried_again() -> None:
    with mail_server() as server:
        channel = mail_channel(server)
    with pytest.raises(DeliveryFailed, match="should take mail"):
        SmtpSender(channel).send([FIRED])


def test_several_changes_are_one_text() -> None:
    assert subject([FIRED, OVER]) == "resegment: 1 firing, 1 resolved"
    assert text([FIRED, OVER]).count("what to do: docs/runbook.md#staleness") == 2
    assert subject([OVER]) == "resegment: Resolved: Baskets\nchanged"


class FakeApprise(ModuleType):
    """Stands for the package: takes what starts with `good`, and keeps what was said."""

    def __init__(self, *, takes: bool = True) -> None:
        super().__init__("apprise")
        self.said: list[dict[str, str]] = []
        outer = self

        class Apprise:
            def add(self, url: str) -> bool:
                return url.startswith("good")

            def notify(self, **what: str) -> bool:
                outer.said.append(what)
                return takes

        self.Apprise = Apprise


def apprise_channel(url: str = "good://x") -> AppriseChannel:
    return AppriseChannel.model_validate({"name": "chat", "kind": "apprise", "url": url})


def test_apprise_gets_title_text_and_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeApprise()
    monkeypatch.setitem(sys.modules, "apprise", fake)
    AppriseSender(apprise_channel()).send([FIRED])
    AppriseSender(apprise_channel()).send([OVER])

    assert [said["notify_type"] for said in fake.said] == ["failure", "success"]
    assert "expected £24.10" in fake.said[0]["body"]


def test_what_apprise_does_not_take_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", FakeApprise(takes=False))
    with pytest.raises(DeliveryFailed):
        AppriseSender(apprise_channel()).send([FIRED])


def test_an_address_that_apprise_does_not_know_is_refused_without_showing_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "apprise", FakeApprise())
    with pytest.raises(InvalidConfig) as caught:
        AppriseSender(apprise_channel("bad://canary")).send([FIRED])

    assert "canary" not in str(caught.value)


def test_without_apprise_the_way_to_install_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(InvalidConfig, match=r"pip install 'resegment\[apprise\]'"):
        AppriseSender(apprise_channel()).send([FIRED])


def test_alertmanager_gets_labels_that_do_not_move_and_times_that_fit() -> None:
    """The shape is that of `postableAlert` in Alertmanager's OpenAPI description, version 2."""
    firing = postable(replace(FIRED, since_at=NOW - timedelta(hours=1), model_version=3))
    over = postable(replace(OVER, since_at=NOW - timedelta(hours=1)))

    assert firing.keys() == {"labels", "annotations", "startsAt", "endsAt"}
    assert all(
        isinstance(value, str) for value in (*firing["labels"].values(), *firing["annotations"].values())
    )
    assert firing["labels"]["about"] == "model"
    assert (firing["startsAt"], firing["endsAt"]) == ("2025-12-31T23:00:00.000Z", "2026-01-01T00:05:00.000Z")
    assert over["endsAt"] == "2026-01-01T00:00:00.000Z"
