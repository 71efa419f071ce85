"""Put the challenger in force, or leave things as they are.

First the model, whole and under a number of its own; then the pointer, in one write. A run that is
killed between the two leaves a model that nobody points to. A challenger that was refused is kept as
well: an operator may look at it, and promote it.
"""

from dataclasses import dataclass

from pymongo.database import Database

from batch.gate import Decision
from shared.adapters.failpoints import failpoint
from shared.adapters.mongo.leases import Lease
from shared.adapters.mongo.models import (
    Pointer,
    insert_model,
    load_champion,
    next_segment_id,
    promote,
    read_pointer,
)
from shared.core.model.artifact import ModelArtifact
from shared.documents import Document
from shared.errors import ReclusteringError


@dataclass(frozen=True)
class Incumbent:
    """How things were when the run began.

    model, pointer : of the champion, None before the first promotion. next_segment_id : the lowest
    identity that no stored model has ever used.
    """

    model: ModelArtifact | None
    pointer: Pointer | None
    next_segment_id: int

    @property
    def epoch(self) -> int:
        """Of the pointer; 0 before the first promotion."""
        return 0 if self.pointer is None else self.pointer.epoch

    @property
    def is_pinned(self) -> bool:
        """Whether an operator wants the champion to stay."""
        return self.pointer is not None and self.pointer.pinned


def load_incumbent(database: Database[Document]) -> Incumbent:
    """Read the champion and what was there before it. Raises like `load_model`."""
    found = load_champion(database)
    model, pointer = (None, None) if found is None else found
    return Incumbent(model, pointer, next_segment_id(database))


def publish(
    database: Database[Document],
    challenger: ModelArtifact,
    decision: Decision,
    incumbent: Incumbent,
    lease: Lease,
) -> ModelArtifact:
    """Store the challenger, and put it in force if so decided; returns it with its version.

    Raises
    ------
    ReclusteringError : the pointer has moved or was pinned since the run began, or the lease was lost.
    """
    failpoint("challenger_decided")
    stored = insert_model(database, challenger)
    failpoint("model_inserted")
    if decision.promote:
        moved = promote(database, stored.version, incumbent.epoch, decision.reason, lease=lease)
        if moved is None:
            msg = (
                f"the pointer should still be at epoch {incumbent.epoch}, unpinned and under this job's "
                f"lease, as when the run began; it is {read_pointer(database)}; ask for another re-clustering"
            )
            raise ReclusteringError(msg)
        failpoint("pointer_moved")
    return stored
