"""Alerts: what operations should know, one document per cause however often it recurs."""

from datetime import UTC, datetime
from typing import Literal

from pymongo.database import Database

from shared.adapters.mongo.client import Document
from shared.adapters.mongo.collections import ALERTS


def raise_alert(
    database: Database[Document], key: str, kind: str, severity: Literal["warning", "critical"], message: str
) -> None:
    """Raise an alert, or note that it is still there."""
    now = datetime.now(UTC)
    seen = {"kind": kind, "severity": severity, "status": "firing", "message": message, "last_at": now}
    database[ALERTS].update_one({"_id": key}, {"$set": seen, "$setOnInsert": {"first_at": now}}, upsert=True)
