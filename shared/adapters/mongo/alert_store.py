"""Alerts: the truth about what is wrong, one document per cause however often it recurs.

`fire` and `resolve` may be called as often as one likes, and again after a crash: only a real change
of state is kept, in order (`shared.core.alerting.alert_states`). Delivery (`batch.alerting.deliver`)
follows these changes; it never makes one.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from shared.adapters.mongo.collections import ALERTS
from shared.core.alerting.alert_findings import AlertFinding, Kind
from shared.core.alerting.alert_states import Change, Episode, fired, resolved
from shared.documents import Document

_EPISODE = ("status", "severity", "first_as_of", "last_as_of", "resolved_as_of")


def fire(database: Database[Document], finding: AlertFinding) -> bool:
    """Raise an alert or note how it stands now; True if its state has changed."""
    return _move(database, finding.key, lambda episode: fired(episode, finding), finding)


def resolve(database: Database[Document], key: str, *, as_of: datetime, reason: str) -> bool:
    """End an alert; True if it was firing. One that does not exist, or has ended, is left as it is."""
    return _move(database, key, lambda episode: resolved(episode, as_of, reason), None)


def resolve_all(
    database: Database[Document],
    kinds: Collection[Kind],
    *,
    as_of: datetime,
    reason: str,
    below_version: int | None = None,
) -> int:
    """End every firing alert of these kinds, or only those about models older than `below_version`."""
    chosen: Document = {"status": "firing", "kind": {"$in": sorted(kinds)}}
    if below_version is not None:
        chosen["model_version"] = {"$lt": below_version}
    keys = [row["_id"] for row in database[ALERTS].find(chosen, {"_id": 1}).sort("_id", 1)]
    return sum(resolve(database, key, as_of=as_of, reason=reason) for key in keys)


def ack(database: Database[Document], key: str, *, by: str, note: str) -> bool:
    """Say that somebody looks after a firing alert; False if there is none of that key."""
    firing = {"_id": key, "status": "firing"}
    mark = {"by": by, "at": datetime.now(UTC), "note": note}
    return database[ALERTS].update_one(firing, {"$set": {"ack": mark}}).matched_count == 1


def mute(database: Database[Document], key: str, until: datetime | None) -> bool:
    """Keep an alert quiet until then, or no longer with None; False if there is none of that key."""
    return database[ALERTS].update_one({"_id": key}, {"$set": {"mute_until": until}}).matched_count == 1


def find(database: Database[Document], key: str) -> Document | None:
    """Read one alert."""
    return database[ALERTS].find_one({"_id": key})


def list_alerts(database: Database[Document], *, only_firing: bool = False) -> list[Document]:
    """Read alerts, those that fire first and among them the newest first."""
    chosen = {"status": "firing"} if only_firing else {}
    order = [("status", 1), ("last_as_of", -1), ("_id", 1)]
    return list(database[ALERTS].find(chosen).sort(order))


def episode_of(document: Mapping[str, Any]) -> Episode:
    """Read where an alert stands."""
    changes = tuple(Change(**change) for change in document["changes"])
    return Episode(**{name: document[name] for name in _EPISODE}, changes=changes)


def _move(
    database: Database[Document],
    key: str,
    judge: Callable[[Episode | None], Episode | None],
    finding: AlertFinding | None,
) -> bool:
    """Write what `judge` makes of the stored alert, unless somebody else moved it meanwhile: then again."""
    while True:
        stored = database[ALERTS].find_one({"_id": key})
        before = None if stored is None else episode_of(stored)
        after = judge(before)
        if after is None:
            return False
        if _write(database, key, before, after, finding):
            return before is None or len(after.changes) > len(before.changes)


def _write(
    database: Database[Document],
    key: str,
    before: Episode | None,
    after: Episode,
    finding: AlertFinding | None,
) -> bool:
    update: Document = {name: getattr(after, name) for name in _EPISODE}
    update["changes"] = [asdict(change) for change in after.changes]
    if finding is not None:
        update |= _said(finding)
    if before is None:
        return _insert(database, {"_id": key, "ack": None, "mute_until": None} | update)
    if before.status == "resolved":
        update["ack"] = None  # it was given to an episode that is over
    unmoved = {"_id": key, "changes": {"$size": len(before.changes)}, "last_as_of": before.last_as_of}
    return database[ALERTS].update_one(unmoved, {"$set": update}).matched_count == 1


def _insert(database: Database[Document], document: Document) -> bool:
    try:
        database[ALERTS].insert_one(document | {"created_at": datetime.now(UTC)})
    except DuplicateKeyError:
        return False
    return True


def _said(finding: AlertFinding) -> Document:
    return {
        "kind": finding.kind,
        "title": finding.title,
        "message": finding.message,
        "evidence": dict(finding.evidence),
        "score": finding.score,
        "model_version": finding.model_version,
    }
