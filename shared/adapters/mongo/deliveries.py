"""How far each channel has been told of each alert, and how each channel fares.

One cursor per channel and alert, moved on only after the receiver has taken the change: what was not
taken is sent again, and what was taken is not. Only the holder of the lease `alerts` writes here.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from pymongo import UpdateOne
from pymongo.database import Database

from shared.adapters.mongo.alert_store import episode_of
from shared.adapters.mongo.collections import ALERTS, DELIVERIES
from shared.core.alerting.alert_states import Change
from shared.core.alerting.plan import Told, first_untold
from shared.documents import Document

_TIMES = ("said_at", "since_at")


@dataclass(frozen=True)
class Cursor:
    """seq : the last change dealt with. told : what the channel heard last.

    said_at : when it was told last; since_at : when it was first told of the present firing.
    """

    channel: str
    alert: str
    seq: int = 0
    told: Told | None = None
    said_at: datetime | None = None
    since_at: datetime | None = None

    def moved(self, change: Change, told: Told | None, at: datetime) -> "Cursor":
        """Return the cursor after the channel was told `change` at this moment."""
        is_first = self.told is None or not self.told.is_open
        since_at = at if change.status == "firing" and is_first else self.since_at
        return replace(self, seq=change.seq, told=told, said_at=at, since_at=since_at)


@dataclass(frozen=True)
class Health:
    """attempts : failures in a row; until next_at the channel is left alone. said_at : last success.

    sent : how many changes of each severity it has taken.
    """

    channel: str
    attempts: int = 0
    next_at: datetime | None = None
    said_at: datetime | None = None
    error: str | None = None
    sent: Mapping[str, int] = field(default_factory=dict)


def open_channel(database: Database[Document], channel: str, now: datetime) -> Health:
    """Read how a channel fares; one that is new begins with what fires now, not with all history."""
    known = database[DELIVERIES].find_one({"_id": channel})
    if known is not None:
        return _health(known)
    for alert in database[ALERTS].find():
        _insert(database, Cursor(channel, alert["_id"], first_untold(episode_of(alert))))
    health = Health(channel, said_at=now)
    save_health(database, health)
    return health


def save_health(database: Database[Document], health: Health) -> None:
    """Write how a channel fares."""
    values = _blank(health.channel) | {
        "attempts": health.attempts,
        "next_at": health.next_at,
        "said_at": health.said_at,
        "error": health.error,
        "sent": dict(health.sent),
    }
    database[DELIVERIES].update_one({"_id": health.channel}, {"$set": values}, upsert=True)


def forget_failures_of_others(database: Database[Document], channels: Collection[str]) -> None:
    """Let channels that are no longer in the settings fail no more; what they were told is kept."""
    others = {"alert": None, "channel": {"$nin": sorted(channels)}}
    database[DELIVERIES].update_many(others, {"$set": {"attempts": 0, "next_at": None, "error": None}})


def cursors(database: Database[Document], channel: str) -> dict[str, Cursor]:
    """Read how far a channel has been told of each alert it knows."""
    rows = database[DELIVERIES].find({"channel": channel, "alert": {"$ne": None}})
    return {row["alert"]: _cursor(row) for row in rows}


def save_cursor(database: Database[Document], cursor: Cursor, *, refused: str | None = None) -> None:
    """Move a cursor on; `refused` keeps why the change it now stands at was given up."""
    told = None if cursor.told is None else asdict(cursor.told)
    update: Document = {
        "$set": {"seq": cursor.seq, "told": told} | {name: getattr(cursor, name) for name in _TIMES}
    }
    if refused is not None:
        update["$push"] = {"failed": {"seq": cursor.seq, "reason": refused}}
    database[DELIVERIES].bulk_write(
        [_first(cursor), UpdateOne({"_id": _identity(cursor), "seq": {"$lte": cursor.seq}}, update)]
    )


def given_up(database: Database[Document]) -> list[Document]:
    """Read which changes were refused for good: rows of channel, alert, seq and reason."""
    rows = database[DELIVERIES].find({"failed": {"$ne": []}}).sort("_id", 1)
    return [
        {"channel": row["channel"], "alert": row["alert"]} | failed
        for row in rows
        for failed in row["failed"]
    ]


def troubled(database: Database[Document]) -> list[Health]:
    """Read which channels do not answer at present."""
    rows = database[DELIVERIES].find({"alert": None, "attempts": {"$gt": 0}}).sort("_id", 1)
    return [_health(row) for row in rows]


def _health(row: Document) -> Health:
    return Health(
        row["channel"], row["attempts"], row["next_at"], row["said_at"], row["error"], row["sent"] or {}
    )


def _insert(database: Database[Document], cursor: Cursor) -> None:
    database[DELIVERIES].bulk_write([_first(cursor)])


def _first(cursor: Cursor) -> UpdateOne:
    blank = _blank(cursor.channel) | {"alert": cursor.alert, "seq": cursor.seq}
    return UpdateOne({"_id": _identity(cursor)}, {"$setOnInsert": blank}, upsert=True)


def _blank(channel: str) -> Document:
    nothing: Document = dict.fromkeys(("alert", "next_at", "told", "sent", "error", *_TIMES))
    return nothing | {"channel": channel, "seq": 0, "attempts": 0, "failed": []}


def _identity(cursor: Cursor) -> str:
    return f"{cursor.channel}|{cursor.alert}"


def _cursor(row: dict[str, Any]) -> Cursor:
    told = None if row["told"] is None else Told(**row["told"])
    return Cursor(row["channel"], row["alert"], row["seq"], told, *(row[name] for name in _TIMES))
