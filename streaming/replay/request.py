"""What a replay is asked, what it says while it runs, and what it did."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from streaming.replay.judging import Fates, Rules
from streaming.replay.opened import Reading
from streaming.replay.pace import FULL_SPEED, Pace
from streaming.replay.sending import Failure


@dataclass(frozen=True)
class ReplayRequest:
    """Which rows of which file go where, and how fast; `rules` are those of the stream."""

    reading: Reading
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
    rules: Rules = field(default_factory=Rules)
    positions: Path = Path(".local/replay")


@dataclass(frozen=True)
class Progress:
    """Where a replay is."""

    sent: int
    read_fraction: float
    newest_event_ms: int | None


@dataclass(frozen=True)
class ReplayReport:
    """What a replay did.

    sent : acknowledged events, of which `unkeyed` are without a customer.
    failures : the first of the `failed` ones, by row.
    stopped : it gave up because the broker no longer took events; resume goes on there.
    fates : what the stream will make of the sent ones, if it knows nothing else of these customers.
    damaged : the first lines of the rows that could not be cut into columns and were sent as their bytes.
    n_damaged : all such rows. n_equal : rows equal to an earlier one. n_conflicts : rows with the event id
        of an earlier one and other content.
    """

    sent: int
    failed: int
    unkeyed: int
    elapsed_s: float
    resumed_at_row: int | None
    failures: tuple[Failure, ...]
    stopped: bool
    fates: Fates
    n_damaged: int
    damaged: tuple[int, ...]
    n_equal: int
    n_conflicts: int

    @property
    def events_per_s(self) -> float:
        """Acknowledged events per second, from the first read to the last acknowledgement."""
        return self.sent / self.elapsed_s if self.elapsed_s > 0 else 0.0
