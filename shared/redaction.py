"""Keep credentials out of everything that is shown: messages, logs, tracebacks, settings."""

import re
from collections.abc import Mapping

MASK = "***"

# Greedy up to the last @ of the word: a password with an unescaped @ or / must not leave its tail behind.
_USER_INFO = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://)\S*@")
_SECRET_PARAMETER = re.compile(
    r"((?:tlsCertificateKeyFilePassword|authMechanismProperties|proxyPassword)=)[^&\s]*", re.IGNORECASE
)
_SECRET_OPTION = re.compile(r"password|secret|jaas|token|credential|keystore\.key", re.IGNORECASE)


def redact(text: str) -> str:
    """Mask the credentials inside every address that `text` mentions."""
    return _SECRET_PARAMETER.sub(rf"\1{MASK}", _USER_INFO.sub(rf"\1{MASK}@", text))


def redact_options(options: Mapping[str, str]) -> dict[str, str]:
    """Mask the values of client options whose names say that they are secret."""
    return {name: MASK if _SECRET_OPTION.search(name) else redact(value) for name, value in options.items()}
