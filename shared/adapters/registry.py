"""The models that there are, and an operator's moves among them.

Reads tell a tampered model from a sound one and go on; moves refuse it. Every move is the same
compare-and-set that the batch job uses, so of two that happen at once one is told to look again.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pymongo import DESCENDING
from pymongo.database import Database

from shared.adapters.mongo.collections import MODELS, RUNS
from shared.adapters.mongo.models import Pointer, load_model, promote, read_pointer, set_pinned
from shared.adapters.mongo.segment_names import load_names
from shared.core.model.artifact import ModelArtifact
from shared.core.model.comparison import segment_rows
from shared.core.segments.given_names import with_names
from shared.documents import Document
from shared.errors import ModelNotFound, ReclusteringError, SchemaMismatch


@dataclass(frozen=True)
class Listed:
    """One stored model in a line.

    state : `champion`, `pinned` (in force, and to stay), `previous`, `stored`, or `unreadable`.
    decision, reason : of the run that made it; None if the run was killed before it could say.
    """

    version: int
    state: str
    decision: str | None
    reason: str | None
    k: int
    provisional: bool
    customers: int
    as_of: Any
    quantization_error: float
    parent: int | None
    run_id: str


def list_models(database: Database[Document]) -> list[Listed]:
    """Return every stored model, the newest first."""
    pointer = read_pointer(database)
    found = database[RUNS].find({"job": "recluster"}, {"decision": 1, "reason": 1})
    runs = {run["_id"]: run for run in found}
    documents = database[MODELS].find().sort("_id", DESCENDING)
    return [_listed(document, pointer, runs.get(document["run_id"], {})) for document in documents]


def describe(database: Database[Document], version: int) -> dict[str, Any]:
    """Return all there is to say about one model, as plain values. Raises like `load_model`."""
    model = with_names(load_model(database, version), load_names(database))
    run = (
        database[RUNS].find_one({"_id": model.run_id}, {"decision": 1, "reason": 1, "metrics.checks": 1})
        or {}
    )
    return {
        "version": model.version,
        "state": _state(version, read_pointer(database), is_sound=True),
        "decision": run.get("decision"),
        "reason": run.get("reason"),
        "gates": run.get("metrics", {}).get("checks", []),
        "parent": model.parent,
        "provisional": model.provisional,
        "as_of": model.as_of,
        "data_from": model.data_from,
        "data_to": model.data_to,
        "customers": model.n_customers,
        "k": model.k,
        "features": list(model.features),
        "recency_clip_days": model.transform.recency_clip_days,
        "quantization_error": model.quantization_error,
        "map": {
            "rows": model.som.rows,
            "cols": model.som.cols,
            "topographic_error": model.som.topographic_error,
        },
        "segments": segment_rows(model),
        "lineage": [asdict(edge) for edge in model.lineage],
        "metrics": dict(model.metrics),
        "created_at": model.created_at,
        "run_id": model.run_id,
        "seed": model.seed,
        "code_version": model.code_version,
        "checksum": model.checksum,
    }


def put_in_force(database: Database[Document], version: int, reason: str, *, pin: bool = False) -> Pointer:
    """Move the pointer to a stored model, or leave it where it points there already.

    Raises
    ------
    ModelNotFound, SchemaMismatch : the model is not there, or cannot be trusted.
    ReclusteringError : the champion is pinned, or somebody else moved the pointer at the same moment.
    """
    load_model(database, version)
    pointer = read_pointer(database)
    if pointer is not None and pointer.version == version:
        return (set_pinned(database, pinned=True) or pointer) if pin else pointer
    if pointer is not None and pointer.pinned:
        msg = (
            f"model {pointer.version} should be free to give way; it is pinned; `resegment model unpin` first"
        )
        raise ReclusteringError(msg)
    moved = promote(database, version, 0 if pointer is None else pointer.epoch, reason, pin=pin)
    if moved is None:
        msg = f"the pointer should still be {pointer}; somebody moved it at the same moment; look again"
        raise ReclusteringError(msg)
    return moved


def roll_back(database: Database[Document], reason: str) -> Pointer:
    """Put the model that was in force before this one in force again; twice changes nothing in the end.

    Raises
    ------
    ModelNotFound : there was none before. Others like `put_in_force`.
    """
    pointer = read_pointer(database)
    if pointer is None or pointer.previous is None:
        msg = "a rollback needs a model that was in force before; there is none; see `resegment model ls`"
        raise ModelNotFound(msg)
    return put_in_force(database, pointer.previous, reason)


def pin(database: Database[Document], version: int | None) -> Pointer:
    """Keep a model, the champion without `version`, in force until `unpin`. Raises like `put_in_force`."""
    pointer = read_pointer(database)
    if version is not None:
        return put_in_force(database, version, "pinned by an operator", pin=True)
    return _required(None if pointer is None else set_pinned(database, pinned=True))


def unpin(database: Database[Document]) -> Pointer:
    """Let the champion be replaced again. Raises ModelNotFound."""
    return _required(set_pinned(database, pinned=False))


def _required(pointer: Pointer | None) -> Pointer:
    if pointer is None:
        msg = "there should be a champion; there is none yet; `resegment segments` says what comes first"
        raise ModelNotFound(msg)
    return pointer


def _listed(document: Mapping[str, Any], pointer: Pointer | None, run: Mapping[str, Any]) -> Listed:
    version = int(document["_id"])
    return Listed(
        version=version,
        state=_state(version, pointer, is_sound=_is_sound(document)),
        decision=run.get("decision"),
        reason=run.get("reason"),
        customers=int(document["n_customers"]),
        **{
            name: document[name]
            for name in ("k", "provisional", "as_of", "quantization_error", "parent", "run_id")
        },
    )


def _is_sound(document: Mapping[str, Any]) -> bool:
    try:
        ModelArtifact.from_document(document)
    except SchemaMismatch:
        return False
    return True


def _state(version: int, pointer: Pointer | None, *, is_sound: bool) -> str:
    if not is_sound:
        return "unreadable"
    if pointer is None or version not in {pointer.version, pointer.previous}:
        return "stored"
    if version == pointer.previous:
        return "previous"
    return "pinned" if pointer.pinned else "champion"
