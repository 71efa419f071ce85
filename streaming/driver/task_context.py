"""What tasks need to know of the live model and its champion, put together before a micro-batch."""

from zoneinfo import ZoneInfo

from shared.core.customers.transactions import NEVER_DAY
from shared.core.model.artifact import ModelArtifact
from shared.settings import Settings
from streaming.driver.live import NO_TICK_MS, LiveState
from streaming.task.context import BatchContext

ANY_JUMP_DAYS = 1 << 20
"""An operator has confirmed that the clock is right, however far it jumps."""


def context_of(
    state: LiveState, champion: ModelArtifact | None, settings: Settings, *, accept_jump: bool
) -> BatchContext:
    """Return what every task of the next micro-batch is handed."""
    model = state.model(champion)
    return BatchContext(
        settings=settings,
        next_offsets=dict(state.offsets),
        fence_epoch=state.fence_epoch,
        champion=None if model is None else model.champion.to_document(),
        model_epoch=None if state.now is None else state.now.epoch,
        centers=state.centers.astype("<f8").tobytes(),
        unit_weights=state.unit_weights.astype("<f8").tobytes(),
        as_of_ms=NO_TICK_MS if state.now is None else state.now.as_of_ms,
        step_day=NEVER_DAY if state.now is None else state.now.day(ZoneInfo(settings.input.zone)),
        clocks=dict(state.clocks),
        max_jump_days=ANY_JUMP_DAYS if accept_jump else settings.tick.max_jump_days,
    )
