"""What a stream stands under, and what it reads by: the values that the live model is made of."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self
from zoneinfo import ZoneInfo

from shared.core.customers.local_days import day_ended_by
from shared.settings import Settings


@dataclass(frozen=True)
class ModelReference:
    """A model in force: its version, and the epoch of the pointer that put it there."""

    version: int
    epoch: int


@dataclass(frozen=True)
class Target:
    """A tick, and the model if there is one, that every customer is to stand under."""

    as_of_ms: int
    model: ModelReference | None = None

    @property
    def as_of(self) -> datetime:
        """The tick as a moment."""
        return datetime.fromtimestamp(self.as_of_ms / 1000, UTC)

    def day(self, zone: ZoneInfo) -> int:
        """Return the local day that the tick ends, in days since 1970-01-01."""
        return day_ended_by(self.as_of_ms, zone)

    @property
    def version(self) -> int | None:
        """Version of the model."""
        return None if self.model is None else self.model.version

    @property
    def epoch(self) -> int | None:
        """Epoch at which the model was put in force."""
        return None if self.model is None else self.model.epoch


@dataclass(frozen=True)
class TopicIdentity:
    """Which generation of which topic the offsets belong to."""

    name: str
    id: str
    partitions: int


@dataclass(frozen=True)
class DayRules:
    """What decides on which day a purchase happened, from which it is known, and how long that is kept.

    is_recountable : False once an operator has changed it on the way: then the topic alone no longer says
    when something was known.
    """

    zone: str
    min_customers: int
    max_jump_days: int
    history_days: int
    is_recountable: bool = True

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the rules as they are set."""
        tick = settings.tick
        return cls(settings.input.zone, tick.min_customers, tick.max_jump_days, settings.state.history_days)
