"""How far a stream has come, read from the database."""

from datetime import UTC, datetime
from typing import Any

from pymongo.database import Database

from shared.adapters.mongo.collections import LEASES, LIVE_MODEL
from shared.adapters.mongo.models import read_pointer
from shared.adapters.mongo.requests import open_requests
from shared.config import Settings
from shared.core.first_steps import Standing


def read_standing(database: Database[dict[str, Any]], settings: Settings) -> Standing:
    """Read what decides which step comes next."""
    stream_id = settings.stream.id
    wanted = ("counters", "customers", "clusterable", "as_of", "pending", "model_epoch")
    live = database[LIVE_MODEL].find_one({"_id": stream_id}, dict.fromkeys(wanted, 1))
    running = {"_id": f"stream:{stream_id}", "expires_at": {"$gt": datetime.now(UTC)}}
    waiting = {request.status for request in open_requests(database)}
    pointer = read_pointer(database)
    stored = live or {"counters": {"read": 0}, "customers": 0, "clusterable": 0}
    return Standing(
        has_stored=live is not None,
        is_running=database[LEASES].find_one(running) is not None,
        read=stored["counters"]["read"],
        customers=stored["customers"],
        clusterable=stored["clusterable"],
        has_today=stored.get("as_of") is not None,
        is_rewriting=stored.get("pending") is not None,
        request="serving" if "serving" in waiting else "open" if waiting else None,
        has_champion=pointer is not None and pointer.version is not None,
        has_model=stored.get("model_epoch") is not None,
        enough_for_today=settings.tick.min_customers,
        enough_for_model=settings.model.bootstrap_min_customers,
        cancellation_prefix=settings.input.cancellation_prefix,
    )
