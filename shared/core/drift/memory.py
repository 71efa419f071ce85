"""What the watch over daily flows remembers between two ticks: small, and plain values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from shared.core import stored_records
from shared.core.drift.day_flows import BUSINESS
from shared.core.drift.states import AlarmState, DriftState

Cause = Literal["basket", "buyers", "arrivals", "segments"]

SEGMENT: Final = "segment:"
"""Prefix of the channel of a segment; its identity follows."""


@dataclass(frozen=True)
class ChannelMemory:
    """One channel between two ticks.

    ewma : moving average of residuals. limit : of |score|; None until there is one. since_day : no
    earlier day belongs to the reference. over_since : first day of the run over the limit, if in one.
    alarmed_days : of the last nine weeks; they do not belong to the reference.
    """

    ewma: float = 0.0
    alarm: AlarmState = field(default_factory=AlarmState)
    limit: float | None = None
    since_day: int = 0
    over_since: int | None = None
    alarmed_days: tuple[int, ...] = ()


@dataclass(frozen=True)
class DriftEpisode:
    """One cause while it lasts. cause : its leading channel. channels : all that have alarmed with it."""

    cause: Cause
    onset_day: int
    channels: tuple[str, ...]
    model_version: int


@dataclass(frozen=True)
class EndedEpisode:
    """A cause that is over since the last tick, and why."""

    cause: Cause
    model_version: int
    reason: str


@dataclass(frozen=True)
class ChannelReading:
    """One channel at one tick.

    observed, expected : the day's value in its own unit: money, customers. score : EWMA in standard
    errors; None while learning, on a closed day, and on a weekday never seen. moved : since
    `moved_days`, what came above what was expected: customers for a segment, a ratio minus 1 otherwise.
    """

    channel: str
    segment_id: int | None
    observed: float | None
    expected: float | None
    score: float | None
    limit: float | None
    state: DriftState
    moved: float | None = None
    moved_days: int = 0

    @property
    def ratio(self) -> float:
        """|score| in limits; 0 where one of them is missing."""
        return 0.0 if self.score is None or not self.limit else abs(self.score) / self.limit


@dataclass(frozen=True)
class DriftMemory:
    """The whole watch between two ticks.

    first_day : of the recorded history. watched_days : on which alarms could have been raised;
    alarms : causes that were raised on them. calibrated_day : of the limits. muted_until : no alarm
    before that day. stale : alarm of the stock; stale_cause : what it is put down to while it lasts.
    readings : of the last tick.
    """

    model_version: int | None = None
    model_epoch: int | None = None
    first_day: int | None = None
    last_day: int | None = None
    watched_days: int = 0
    alarms: int = 0
    calibrated_day: int | None = None
    muted_until: int = 0
    channels: Mapping[str, ChannelMemory] = field(default_factory=dict)
    episodes: tuple[DriftEpisode, ...] = ()
    ended: tuple[EndedEpisode, ...] = ()
    stale: AlarmState = field(default_factory=AlarmState)
    stale_cause: str | None = None
    readings: tuple[ChannelReading, ...] = ()

    def to_document(self) -> dict[str, Any]:
        """Return a plain document."""
        return stored_records.to_document(self)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "DriftMemory":
        """Read what `to_document` wrote.

        Raises
        ------
        SchemaMismatch : it was not written by this program.
        """
        return stored_records.from_document(cls, document, "live_model.drift")


def channel_names(segment_ids: tuple[int, ...]) -> tuple[str, ...]:
    """Name the channels in the order of `day_flows.channel_values`."""
    return (*BUSINESS, *(f"{SEGMENT}{segment_id}" for segment_id in segment_ids))


def segment_of(channel: str) -> int | None:
    """Return the identity of the segment that a channel watches, if it does."""
    return int(channel.removeprefix(SEGMENT)) if channel.startswith(SEGMENT) else None


def learning_anew(day: int) -> ChannelMemory:
    """Return a channel whose reference begins at `day`."""
    return replace(ChannelMemory(), since_day=day)
