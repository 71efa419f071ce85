"""When the wall clock asks for a re-clustering: the moments of a cron expression.

Re-clusterings by event time are the stream's to ask for, which knows what day it is in the data.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from croniter import croniter
from pymongo.database import Database

from shared.adapters.mongo.models import read_pointer
from shared.adapters.mongo.requests import file_request, open_requests
from shared.adapters.mongo.runs import last_started_at
from shared.documents import Document


def due_moment(cron: str, zone: str, *, since: datetime, now: datetime) -> datetime | None:
    """Return the newest moment of `cron` after `since` and up to `now`, in UTC; None if there is none.

    Several moments missed are one: the table is as it is now, however often it should have been read.
    """
    local = now.astimezone(ZoneInfo(zone))
    newest: datetime = croniter(cron, local).get_prev(datetime) if not croniter.match(cron, local) else local
    moment = newest.replace(second=0, microsecond=0).astimezone(UTC)
    return moment if moment > since else None


def file_due(
    database: Database[Document], cron: str, zone: str, job: str, *, watching_since: datetime, now: datetime
) -> bool:
    """File a request if the clock asks for one; the same moment is filed once, whoever looks.

    A moment counts if it came after the newest run began, or without one after the job began to watch.
    Without a champion there is nothing to renew: the stream asks for the first model.
    """
    since = last_started_at(database, job) or watching_since
    moment = due_moment(cron, zone, since=since, now=now)
    if moment is None or read_pointer(database) is None or open_requests(database):
        return False
    return file_request(database, "schedule", f"cron:{moment:%Y-%m-%dT%H:%MZ}", None, f"cron {cron!r}")
