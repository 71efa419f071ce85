"""What tasks need to know of the live model and its champion, put together before a micro-batch."""

from shared.core.model.artifact import ModelArtifact
from shared.settings import Settings
from streaming.driver.live import NO_TICK_MS, LiveState
from streaming.task.context import BatchContext


def context_of(
    state: LiveState,
    champion: ModelArtifact | None,
    settings: Settings,
    mongo_uri: str,
    kafka_bootstrap: str,
) -> BatchContext:
    """Return what every task of the next micro-batch is handed."""
    model = state.model(champion)
    return BatchContext(
        settings=settings,
        mongo_uri=mongo_uri,
        kafka_bootstrap=kafka_bootstrap,
        next_offsets=dict(state.offsets),
        fence_epoch=state.fence_epoch,
        champion=None if model is None else model.champion.to_document(),
        model_epoch=state.now.model_epoch,
        centers=state.centers.astype("<f8").tobytes(),
        unit_weights=state.unit_weights.astype("<f8").tobytes(),
        as_of_ms=NO_TICK_MS if state.now.as_of_ms is None else state.now.as_of_ms,
    )
