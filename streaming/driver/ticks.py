"""Which day it is for a stream: the one that its customers have reached, or in a live shop the calendar's."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from shared.core.customers.tick import TickRule, midnight_after, next_tick
from shared.settings import TickSettings
from streaming.driver.live import LiveState

LIVE_SHOP_DELAY_MS = 86_400_000
"""A shop whose newest event reached Kafka within a day is live: its silence lets time pass."""


@dataclass(frozen=True)
class DueTick:
    """as_of_ms : that the stream should stand at, None before the first day that counts.

    held : a tick that was held back for lying too far ahead.
    """

    as_of_ms: int | None
    held: datetime | None


def due_tick(
    state: LiveState, rules: TickSettings, zone: ZoneInfo, wall: datetime, *, accept_jump: bool
) -> DueTick:
    """Return the tick that what was read so far, and the wall clock of a live shop, ask for."""
    current = None if state.now is None else state.now.as_of
    rule = TickRule(zone, rules.min_customers, rules.max_jump_days)
    tick = next_tick(current, state.days, rule, accept_jump=accept_jump)
    as_of = tick.as_of
    if rules.clock == "auto" and as_of is not None and state.newest_delay_ms <= LIVE_SHOP_DELAY_MS:
        wall_tick = midnight_after(wall.astimezone(zone).date() - timedelta(days=1), zone)
        # A live topic read again years later is history, and a wrong clock here is still wrong.
        if accept_jump or wall_tick - as_of <= timedelta(days=rules.max_jump_days):
            as_of = max(as_of, wall_tick)
    return DueTick(None if as_of is None else round(as_of.timestamp() * 1000), tick.held)
