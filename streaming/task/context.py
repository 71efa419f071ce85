"""What the driver hands to every task of a micro-batch: plain values, cheap to ship."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from shared.core.customers.partition_clock import PartitionClock
from shared.core.model.artifact import ModelArtifact
from shared.core.model.placement import LiveModel
from shared.settings import Settings


@dataclass(frozen=True)
class BatchContext:
    """Everything a task needs to know; nothing in it changes during the batch.

    settings : with the addresses of the services. next_offsets : per partition, where the live
    model's knowledge ends. champion : document of the champion, None before the first; centers,
    unit_weights : its learnt prototypes as little-endian float64; as_of_ms : the tick, and step_day :
    the local day that it ends, `NEVER_DAY` before the first. clocks : of the partitions read so far.
    max_jump_days : how far a day may lie above a clock to count.
    """

    settings: Settings
    next_offsets: dict[int, int]
    fence_epoch: int
    champion: dict[str, Any] | None
    model_epoch: int | None
    centers: bytes
    unit_weights: bytes
    as_of_ms: int
    step_day: int
    clocks: dict[int, PartitionClock]
    max_jump_days: int

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
