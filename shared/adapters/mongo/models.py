"""Models and the pointer to the champion.

A model is written once and never changed. What is in force is one document, moved by
compare-and-set on its epoch, so a reader sees one whole model or the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pymongo import DESCENDING, ReturnDocument
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from shared.adapters.mongo.client import Document
from shared.adapters.mongo.collections import MODELS, POINTER
from shared.core.artifact import ModelArtifact
from shared.errors import ModelNotFound

CHAMPION = "champion"


@dataclass(frozen=True)
class Pointer:
    """Which model is in force. epoch : grows by one with every change."""

    version: int
    previous: int | None
    epoch: int


def read_pointer(database: Database[Document]) -> Pointer | None:
    """Return the pointer, or None before the first promotion."""
    document = database[POINTER].find_one({"_id": CHAMPION})
    return None if document is None else _pointer(document)


def load_model(database: Database[Document], version: int) -> ModelArtifact:
    """Read one model.

    Raises
    ------
    ModelNotFound : there is no such version.
    SchemaMismatch : it cannot be trusted, or was written by a newer schema.
    """
    document = database[MODELS].find_one({"_id": version})
    if document is None:
        msg = f"model {version} should be in `{MODELS}`; it is not; `resegment status` shows the champion"
        raise ModelNotFound(msg)
    return ModelArtifact.from_document(document)


def load_champion(database: Database[Document]) -> tuple[ModelArtifact, Pointer] | None:
    """Read the model in force, or None before the first promotion. Raises like `load_model`."""
    pointer = read_pointer(database)
    return None if pointer is None else (load_model(database, pointer.version), pointer)


def insert_model(database: Database[Document], model: ModelArtifact) -> ModelArtifact:
    """Store a model under the next free version and return it with that version."""
    while True:
        newest = database[MODELS].find_one({}, {"_id": 1}, sort=[("_id", DESCENDING)])
        numbered = replace(model, version=1 if newest is None else int(newest["_id"]) + 1)
        try:
            database[MODELS].insert_one(numbered.to_document())
        except DuplicateKeyError:  # somebody else took that number; take the next
            continue
        return numbered


def promote(database: Database[Document], version: int, expected_epoch: int, reason: str) -> Pointer | None:
    """Put a stored model in force if the pointer is still at `expected_epoch` (0: there is none yet).

    Returns None, and changes nothing, if somebody else moved the pointer first. A rollback is a
    promotion of an earlier version.

    Raises
    ------
    ModelNotFound, SchemaMismatch : the model is not there, or cannot be trusted.
    """
    load_model(database, version)
    change = {
        "version": version,
        "previous": {"$ifNull": ["$version", None]},
        "epoch": {"$add": ["$epoch", 1]},
        "changed_at": "$$NOW",
        "reason": {"$literal": reason},
    }
    try:
        document = database[POINTER].find_one_and_update(
            {"_id": CHAMPION, "epoch": expected_epoch},
            [{"$set": change}],
            upsert=expected_epoch == 0,
            return_document=ReturnDocument.AFTER,
        )
    except DuplicateKeyError:
        return None
    return None if document is None else _pointer(document)


def _pointer(document: Mapping[str, Any]) -> Pointer:
    previous = document["previous"]
    return Pointer(
        int(document["version"]), None if previous is None else int(previous), int(document["epoch"])
    )
