"""What the driver hands to every task of a micro-batch: plain values, cheap to ship."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from shared.config import Settings
from shared.core.artifact import ModelArtifact
from shared.core.placement import LiveModel
from streaming.live import NO_TICK_MS, LiveState


@dataclass(frozen=True)
class BatchContext:
    """Everything a task needs to know; nothing in it changes during the batch.

    next_offsets : per partition, where the live model's knowledge ends.
    champion : document of the champion, None before the first; centers, unit_weights : its learnt
    prototypes as little-endian float64; as_of_ms : the tick.
    """

    settings: Settings
    mongo_uri: str
    kafka_bootstrap: str
    next_offsets: dict[int, int]
    fence_epoch: int
    champion: dict[str, Any] | None
    model_epoch: int | None
    centers: bytes
    unit_weights: bytes
    as_of_ms: int

    def live_model(self) -> LiveModel | None:
        """Rebuild the model on the executor."""
        if self.champion is None:
            return None
        champion = ModelArtifact.from_document(self.champion)
        d = len(champion.features)
        return LiveModel(
            champion,
            np.frombuffer(self.centers, "<f8").reshape(-1, d),
            np.frombuffer(self.unit_weights, "<f8").reshape(-1, d),
            self.as_of_ms,
        )


def context_of(
    state: LiveState,
    champion: ModelArtifact | None,
    settings: Settings,
    mongo_uri: str,
    kafka_bootstrap: str,
) -> BatchContext:
    """Put together what tasks need to know of the live model and its champion."""
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
