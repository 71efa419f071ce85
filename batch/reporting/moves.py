"""Where customers went by themselves, under a model that stayed the same."""

from dataclasses import dataclass
from datetime import datetime

from pymongo.database import Database

from shared.adapters.mongo.collections import TRANSITIONS
from shared.adapters.mongo.models import read_pointer
from shared.documents import Document


@dataclass(frozen=True)
class Move:
    """Customers that were in one segment when the model came into force and are in another now.

    old, new : identities; None is no segment (not seen yet, or without purchase or net spend).
    """

    old: int | None
    new: int | None
    customers: int


@dataclass(frozen=True)
class Moves:
    """All moves under a model, the largest first. since : the tick of the first one, None without any."""

    model_version: int
    since: datetime | None
    moves: tuple[Move, ...]


def load_moves(database: Database[Document], model_version: int) -> Moves:
    """Compare each customer's first and last segment in the feed, while the model was in force last.

    The feed names the cause of every change of segment; those that a model caused do not count.
    """
    epoch = _newest_epoch(database, model_version)
    group = {
        "_id": "$customer_id",
        "old": {"$first": "$from_id"},
        "new": {"$last": "$to_id"},
        "since": {"$first": "$as_of"},
    }
    pair = {
        "_id": {"old": "$old", "new": "$new"},
        "customers": {"$sum": 1},
        "since": {"$min": "$since"},
    }
    found = database[TRANSITIONS].aggregate(
        [
            {"$match": {"model_epoch": epoch, "cause": {"$ne": "model"}}},
            {"$sort": {"customer_id": 1, "as_of": 1, "offset": 1}},
            {"$group": group},
            {"$match": {"$expr": {"$ne": ["$old", "$new"]}}},
            {"$group": pair},
            {"$sort": {"customers": -1, "_id": 1}},
        ],
        allowDiskUse=True,
    )
    rows = list(found)
    moves = tuple(Move(row["_id"]["old"], row["_id"]["new"], row["customers"]) for row in rows)
    return Moves(model_version, min((row["since"] for row in rows), default=None), moves)


def _newest_epoch(database: Database[Document], model_version: int) -> int | None:
    pointer = read_pointer(database)
    if pointer is None:
        return None
    return pointer.epoch if pointer.version == model_version else pointer.epoch - 1
