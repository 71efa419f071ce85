"""How long to leave a receiver alone that did not answer."""

from typing import Final

FIRST_S: Final = 1.0
LONGEST_S: Final = 300.0
"""Five minutes: an outage of a night costs a hundred attempts, and its end is noticed soon."""


def backoff_s(attempts: int, jitter: float) -> float:
    """Return the pause after `attempts` failures in a row: doubling, capped, half of it at random.

    jitter : in [0, 1), drawn anew each time, so that senders that failed together do not return together.
    """
    full = min(LONGEST_S, FIRST_S * 2.0 ** min(attempts - 1, 30))
    return full * (0.5 + jitter / 2)
