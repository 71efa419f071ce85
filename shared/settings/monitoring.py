"""What is watched, and who is told."""

from typing import Annotated

from pydantic import Field, field_validator

from shared.core.drift.budget import Budget
from shared.settings.parts import Channel, SettingsSection


class DriftSettings(SettingsSection):
    """The watches over daily flows and, where there are enough purchases, over hours."""

    false_alarms: str = "1 per 90 days"
    """How many causes may be raised by chance, all channels together."""
    hourly: bool = False
    """Also judge the purchases of each hour, once four weeks have shown that hours are independent of each
    other; for shops with hundreds of buyers an hour. Days and hours then have half of the budget each."""

    @field_validator("false_alarms")
    @classmethod
    def _budget_can_be_read(cls, sentence: str) -> str:
        Budget.parse(sentence)
        return sentence

    @property
    def budget(self) -> Budget:
        """The sentence as a rate."""
        return Budget.parse(self.false_alarms)

    @property
    def budget_of_each(self) -> Budget:
        """What the watch over days, and that over hours, may spend."""
        whole = self.budget
        return Budget(whole.alarms, 2 * whole.period_days) if self.hourly else whole


class AlertSettings(SettingsSection):
    """Who is told what is wrong, and how often."""

    channels: tuple[Channel, ...] = ()
    """Where changes of alerts are sent; none: they are only kept."""
    cooldown_h: Annotated[float, Field(ge=0)] = 24.0
    """An alert that is back within so many hours of its own time is not told again unless it is worse."""
    poll_s: Annotated[float, Field(gt=0, le=3600)] = 5.0
    """Between two looks for something to tell."""
    stalled_s: Annotated[float, Field(ge=10)] = 300.0
    """A stream with records to read and no finished micro-batch for this long has stalled."""
    runbook: str = "docs/runbook.md"
    """Address of the runbook as the readers of an alert can open it; `#kind` is appended."""

    @field_validator("channels")
    @classmethod
    def _names_differ(cls, channels: tuple[Channel, ...]) -> tuple[Channel, ...]:
        names = [channel.name for channel in channels]
        if len(set(names)) < len(names):
            msg = f"names should differ, for what was sent is kept by name; got {', '.join(names)}"
            raise ValueError(msg)
        return channels


class MetricsSettings(SettingsSection):
    """What Prometheus reads."""

    host: str = "127.0.0.1"
    """Address `resegment metrics` listens on; anybody who reaches it can read segment names and counts."""
    port: Annotated[int, Field(ge=0, le=65_535)] = 9808
    """Its port; 0 takes a free one."""
    driver_port: Annotated[int, Field(ge=1, le=65_535)] | None = None
    """Port on the loopback address where the streaming job shows its own timings; unset: nowhere."""
    state_budget_gib: Annotated[float, Field(gt=0)] = 20.0
    """Storage that customers may take; Prometheus warns a day before it is used up."""
