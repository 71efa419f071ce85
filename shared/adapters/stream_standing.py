"""How far a stream has come, read from the database."""

from datetime import UTC, datetime
from typing import Any

from pymongo.database import Database

from shared.adapters.mongo.collections import LEASES, LIVE_MODEL
from shared.adapters.mongo.models import read_pointer
from shared.adapters.mongo.requests import open_requests
from shared.core.first_steps import Standing
from shared.settings import Settings


def read_standing(database: Database[dict[str, Any]], settings: Settings) -> Standing:
    """Read what decides which step comes next."""
    stream_id = settings.stream.id
    wanted = ("counters", "customers", "clusterable", "as_of", "pending", "model_epoch")
    live = database[LIVE_MODEL].find_one({"_id": stream_id}, dict.fromkeys(wanted, 1))
    held = {
        row["_id"] for row in database[LEASES].find({"expires_at": {"$gt": datetime.now(UTC)}}, {"_id": 1})
    }
    is_served = "recluster" in held  # a request whose job was killed is still marked as being served
    pointer = read_pointer(database)
    stored = live or {"counters": {"read": 0}, "customers": 0, "clusterable": 0}
    return Standing(
        has_stored=live is not None,
        is_running=f"stream:{stream_id}" in held,
        read=stored["counters"]["read"],
        customers=stored["customers"],
        clusterable=stored["clusterable"],
        has_today=stored.get("as_of") is not None,
        is_rewriting=stored.get("pending") is not None,
        request=("serving" if is_served else "open") if open_requests(database) else None,
        has_champion=pointer is not None and pointer.version is not None,
        has_model=stored.get("model_epoch") is not None,
        enough_for_today=settings.tick.min_customers,
        enough_for_model=settings.model.bootstrap_min_customers,
        cancellation_prefix=settings.input.cancellation_prefix,
    )
