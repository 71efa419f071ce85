"""Models and the pointer to the champion.

A model is written once and never changed. What is in force is one document, moved by
compare-and-set on its epoch, so a reader sees one whole model or the other. The same document holds
the fence of the batch job: a job whose lease has gone to another cannot move the pointer any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pymongo import DESCENDING, ReturnDocument
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from shared.adapters.mongo.collections import MODELS, POINTER
from shared.adapters.mongo.leases import Lease
from shared.core.model.artifact import ModelArtifact
from shared.documents import Document
from shared.errors import LeaseHeld, ModelNotFound

CHAMPION = "champion"
_NOTHING_YET: dict[str, Any] = {
    "version": None,
    "previous": None,
    "epoch": 0,
    "pinned": False,
    "changed_at": None,
    "reason": "nothing was promoted yet",
}


@dataclass(frozen=True)
class Pointer:
    """Which model is in force. epoch : grows by one with every change. pinned : only an operator moves it."""

    version: int
    previous: int | None
    epoch: int
    pinned: bool = False


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
        msg = f"model {version} should be in `{MODELS}`; it is not; `resegment model ls` shows those that are"
        raise ModelNotFound(msg)
    return ModelArtifact.from_document(document)


def load_champion(database: Database[Document]) -> tuple[ModelArtifact, Pointer] | None:
    """Read the model in force, or None before the first promotion. Raises like `load_model`."""
    pointer = read_pointer(database)
    return None if pointer is None else (load_model(database, pointer.version), pointer)


def next_segment_id(database: Database[Document]) -> int:
    """Return the lowest identity that no stored model has ever used, whichever of them is in force."""
    newest = database[MODELS].find_one({}, {"next_segment_id": 1}, sort=[("next_segment_id", DESCENDING)])
    return 1 if newest is None else int(newest["next_segment_id"])


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


def raise_fence(database: Database[Document], lease: Lease) -> None:
    """Shut earlier holders of the lease out from the pointer; call it before a run reads anything.

    Raises
    ------
    LeaseHeld : a later holder has done so already.
    """
    document = _upserted(database, {"$max": {"fence": lease.epoch}, "$setOnInsert": _NOTHING_YET})
    if document["fence"] > lease.epoch:
        msg = f"the lease {lease.name!r} was lost to a later holder; see `resegment status`"
        raise LeaseHeld(msg)


def promote(
    database: Database[Document],
    version: int,
    expected_epoch: int,
    reason: str,
    *,
    lease: Lease | None = None,
    pin: bool = False,
) -> Pointer | None:
    """Put a stored model in force if the pointer is still at `expected_epoch` (0: there is none yet).

    Returns None, and changes nothing, if somebody else moved the pointer first, if it is pinned, or if
    `lease` has gone to another holder. A rollback is a promotion of an earlier version.

    Parameters
    ----------
    lease : of a job that promotes by itself; None for an operator.
    pin : whether the model is to stay until an operator says otherwise.

    Raises
    ------
    ModelNotFound, SchemaMismatch : the model is not there, or cannot be trusted.
    """
    load_model(database, version)
    change = {
        "version": version,
        "previous": "$version",
        "epoch": {"$add": ["$epoch", 1]},
        "pinned": pin,
        "changed_at": "$$NOW",
        "reason": {"$literal": reason},
    }
    _upserted(database, {"$setOnInsert": _NOTHING_YET | {"fence": 0}})
    unmoved: dict[str, Any] = {"_id": CHAMPION, "epoch": expected_epoch, "pinned": {"$ne": True}}
    fenced = {} if lease is None else {"fence": {"$not": {"$gt": lease.epoch}}}
    document = database[POINTER].find_one_and_update(
        unmoved | fenced, [{"$set": change}], return_document=ReturnDocument.AFTER
    )
    return None if document is None else _pointer(document)


def set_pinned(database: Database[Document], *, pinned: bool) -> Pointer | None:
    """Pin or unpin the model in force; None if there is none. The epoch stays: nobody has to follow."""
    document = database[POINTER].find_one_and_update(
        {"_id": CHAMPION, "version": {"$ne": None}},
        {"$set": {"pinned": pinned}},
        return_document=ReturnDocument.AFTER,
    )
    return None if document is None else _pointer(document)


def _upserted(database: Database[Document], update: Mapping[str, Any]) -> Mapping[str, Any]:
    document = database[POINTER].find_one_and_update(
        {"_id": CHAMPION}, update, upsert=True, return_document=ReturnDocument.AFTER
    )
    return document or {}


def _pointer(document: Mapping[str, Any]) -> Pointer | None:
    if document["version"] is None:
        return None
    previous = document["previous"]
    return Pointer(
        int(document["version"]),
        None if previous is None else int(previous),
        int(document["epoch"]),
        bool(document.get("pinned")),
    )
