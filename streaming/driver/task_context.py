"""What tasks need to know of the live model and its champion, put together before a micro-batch."""

from shared.core.model.artifact import ModelArtifact
from shared.settings import Settings
from streaming.driver.live import NO_TICK_MS, LiveState
from streaming.task.context import BatchContext


def context_of(state: LiveState, champion: ModelArtifact | None, settings: Settings) -> BatchContext:
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
    )
