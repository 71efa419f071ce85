"""Posting JSON, and what a receiver's answer means."""

from collections.abc import Mapping

import httpx

from shared.adapters.notify.outcome import DeliveryFailed, DeliveryRefused

# A password that expired or an address behind a login is mended by a person, and then everything held
# back should still arrive; the other answers of the 400s will be the same for ever.
CAN_CHANGE = frozenset({401, 403, 407, 408, 421, 425, 429})
LONGEST_PAUSE_S = 3600.0


def post(url: str, body: bytes, headers: Mapping[str, str], timeout_s: float) -> None:
    """Post `body`; returns once the receiver has answered with a 2xx.

    The address never appears in a message: it may hold a credential.

    Raises
    ------
    DeliveryRefused : an answer that trying again will not change.
    DeliveryFailed : no answer, or one that may be different later.
    """
    try:
        with (
            httpx.Client(timeout=timeout_s, follow_redirects=False) as client,
            client.stream("POST", url, content=body, headers=dict(headers)) as response,
        ):
            status, pause = response.status_code, response.headers.get("Retry-After", "")
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        msg = "the channel's url should be an http(s) address; correct alerts.channels"
        raise DeliveryFailed(msg) from None
    except httpx.HTTPError as error:
        got = type(error).__name__
        msg = f"the receiver should answer within {timeout_s:g} s; got {got}; it is tried again"
        raise DeliveryFailed(msg) from None
    _judge(status, pause)


def _judge(status: int, pause: str) -> None:
    if 200 <= status < 300:
        return
    if status >= 500 or status in CAN_CHANGE:
        msg = f"the receiver should answer with 2xx; got {status}; it is tried again"
        raise DeliveryFailed(msg, min(float(pause), LONGEST_PAUSE_S) if pause.isdigit() else None)
    msg = f"the receiver should answer with 2xx; got {status}, which trying again will not change"
    raise DeliveryRefused(msg)
