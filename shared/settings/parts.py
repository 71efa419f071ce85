"""What sections of the settings are made of, and the channels that alerts are sent to."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from shared.core.alerting.alert_findings import Severity


class SettingsSection(BaseModel):
    """A frozen group of settings that refuses names it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


def _http(address: SecretStr) -> SecretStr:
    if not address.get_secret_value().startswith(("http://", "https://")):
        msg = "should start with https:// (or http:// inside a trusted network)"
        raise ValueError(msg)
    return address


HttpAddress = Annotated[SecretStr, AfterValidator(_http)]
"""Often a secret: who knows the address of a webhook can usually write to it."""


class _Channel(SettingsSection):
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
    min_severity: Severity = "ticket"
    """Milder alerts are not sent here."""
    timeout_s: Annotated[float, Field(gt=0, le=60)] = 10.0


class _DigestingChannel(_Channel):
    digest_minutes: Annotated[int, Field(ge=0, le=10_080)] = 0
    """Collect changes for this long and send them as one message; 0 sends each at once."""


class WebhookChannel(_DigestingChannel):
    """A receiver of JSON."""

    kind: Literal["webhook"]
    url: HttpAddress
    secret: SecretStr = SecretStr("")
    """Key of the signature; empty leaves messages unsigned."""


class AlertmanagerChannel(_Channel):
    """Prometheus' Alertmanager, which groups and repeats by itself. url : without /api/v2/alerts."""

    kind: Literal["alertmanager"]
    url: HttpAddress


class AppriseChannel(_DigestingChannel):
    """Any service that Apprise knows; needs the extra `apprise`."""

    kind: Literal["apprise"]
    url: SecretStr


class SmtpChannel(_DigestingChannel):
    """Mail. security : `starttls` (usually port 587), `tls` from the first byte (465), or `none`."""

    kind: Literal["smtp"]
    host: str
    port: Annotated[int, Field(ge=1, le=65_535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: SecretStr = SecretStr("")
    sender: str
    recipients: Annotated[tuple[str, ...], Field(min_length=1)]


Channel = Annotated[
    WebhookChannel | AlertmanagerChannel | AppriseChannel | SmtpChannel, Field(discriminator="kind")
]
