"""What a replay is asked, what it says while it runs, and what it did."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from streaming.replay.pace import FULL_SPEED, Pace
from streaming.replay.profiles import Profile
from streaming.replay.reading import Source
from streaming.replay.sending import Failure


@dataclass(frozen=True)
class ReplayRequest:
    """Which rows of which file go where, and how fast."""

    source: Source
    profile: Profile
    bootstrap_servers: str
    topic: str
    pace: Pace = FULL_SPEED
    start: datetime | None = None
    """Earliest event time, aware."""
    end: datetime | None = None
    """Event times before this, aware."""
    limit: int | None = None
    """Events to send at most, in this run."""
    resume: bool = False
    positions: Path = Path(".local/replay")


@dataclass(frozen=True)
class Progress:
    """Where a replay is."""

    sent: int
    read_fraction: float
    newest_event_ms: int | None


@dataclass(frozen=True)
class ReplayReport:
    """What a replay did."""

    sent: int
    """Acknowledged events."""
    failed: int
    unkeyed: int
    """Of the sent ones, those without a customer."""
    elapsed_s: float
    resumed_at_row: int | None
    failures: tuple[Failure, ...]
    """The first failures, by row."""
    stopped: bool
    """Whether it gave up because the broker no longer took events; resume goes on there."""

    @property
    def events_per_s(self) -> float:
        """Acknowledged events per second, from the first read to the last acknowledgement."""
        return self.sent / self.elapsed_s if self.elapsed_s > 0 else 0.0
