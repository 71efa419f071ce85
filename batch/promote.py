"""Step 11: put the challenger in force, or leave things as they are.

First the model, whole and under a number of its own; then the pointer, in one write. A run that is
killed between the two leaves a model that nobody points to.
"""

from dataclasses import dataclass

from pymongo.database import Database

from batch.decide import Decision
from shared.adapters.mongo.client import Document
from shared.adapters.mongo.models import Pointer, insert_model, load_champion, promote, read_pointer
from shared.core.artifact import ModelArtifact
from shared.errors import ReclusteringError


@dataclass(frozen=True)
class Incumbent:
    """The champion and the pointer as they were when the run began."""

    model: ModelArtifact
    pointer: Pointer


def load_incumbent(database: Database[Document]) -> Incumbent | None:
    """Read the champion, or None before the first promotion. Raises like `load_model`."""
    found = load_champion(database)
    return None if found is None else Incumbent(*found)


def publish(
    database: Database[Document], challenger: ModelArtifact, decision: Decision, incumbent: Incumbent | None
) -> ModelArtifact:
    """Return the challenger: stored and in force if so decided, else as it was given.

    Raises
    ------
    ReclusteringError : the pointer has moved since the run began.
    """
    if not decision.promote:
        return challenger
    stored = insert_model(database, challenger)
    expected = 0 if incumbent is None else incumbent.pointer.epoch
    if promote(database, stored.version, expected, decision.reason) is None:
        msg = (
            f"the pointer should still be at epoch {expected}, where this run began; it is at "
            f"{read_pointer(database)}; ask for another re-clustering"
        )
        raise ReclusteringError(msg)
    return stored
