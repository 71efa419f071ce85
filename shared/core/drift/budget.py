"""How often a false alarm is bearable: the user's sentence, as a number that limits are made from."""

import re
from dataclasses import dataclass
from typing import Final

DAYS_PER_UNIT: Final = {"day": 1, "week": 7}

_SENTENCE = re.compile(r"\s*(\d{1,4})\s+per\s+(?:(\d{1,5})\s+)?(day|week)s?\s*", re.ASCII)


@dataclass(frozen=True)
class Budget:
    """At most `alarms` false alarms are expected in `period_days` while nothing changes.

    Raises
    ------
    ValueError : one of the two is below 1.

    Examples
    --------
    Three channels that each look once a day may each be wrong once in 270 windows:

    >>> Budget.parse("1 per 90 days").run_length(channels=3)
    270.0
    >>> Budget.parse("2 per 13 weeks").expected(days=364)
    8.0
    """

    alarms: int
    period_days: int

    def __post_init__(self) -> None:
        if self.alarms < 1 or self.period_days < 1:
            msg = f"a budget of false alarms should allow at least 1 in at least 1 day; got {self}"
            raise ValueError(msg)

    def __str__(self) -> str:
        return f"{self.alarms} per {self.period_days} days"

    @classmethod
    def parse(cls, sentence: str) -> "Budget":
        """Read a sentence such as `1 per 90 days`, `2 per 13 weeks` or `1 per week`.

        Raises
        ------
        ValueError : it says something else, or no alarm or no time at all.
        """
        found = _SENTENCE.fullmatch(sentence)
        if found is None:
            msg = (
                "a budget of false alarms should read like '1 per 90 days' or '2 per 13 weeks'; "
                f"got {sentence!r}"
            )
            raise ValueError(msg)
        alarms, units, unit = found.groups()
        return cls(int(alarms), int(units or 1) * DAYS_PER_UNIT[unit])

    @property
    def days_between(self) -> float:
        """Mean days from one false alarm to the next that the budget allows."""
        return self.period_days / self.alarms

    def run_length(self, *, windows_per_day: float = 1.0, channels: int = 1) -> float:
        """Mean windows from one false alarm to the next that each of equal `channels` is allowed.

        The alarms of all channels together stay within the budget, whether they come at the same
        time or not (Bonferroni on the rate).

        Raises
        ------
        ValueError : there is no window a day, or no channel.
        """
        if windows_per_day <= 0 or channels < 1:
            msg = (
                "a budget should be split over at least 1 channel with windows every day; "
                f"got channels={channels}, windows_per_day={windows_per_day}"
            )
            raise ValueError(msg)
        return self.days_between * windows_per_day * channels

    def expected(self, days: float) -> float:
        """Return how many false alarms the budget allows in `days`."""
        return days / self.days_between
