"""What `resegment drift` says of hourly purchases, with a second opinion if one is asked for."""

from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from cli.output import moment
from shared.errors import InvalidConfig

if TYPE_CHECKING:
    from pymongo.database import Database

    from shared.core.windows.hourly import HourlyMemory
    from shared.settings import Settings

Hours = Mapping[str, Any]


def read(
    database: "Database[dict[str, Any]]", settings: "Settings", stored: Hours, *, second_opinion: bool
) -> Hours | None:
    """Say how far the watch over hours is; None if hours are not watched.

    Raises
    ------
    InvalidConfig : a second opinion is wanted where there is none to be had.
    """
    from shared.core.windows.hourly_documents import from_document

    if second_opinion:
        _require(settings)
    if not settings.drift.hourly:
        return None
    memory = from_document(stored)
    return {
        "state": str(memory.state if memory.watching == "watching" else memory.watching),
        "chance": memory.chance,
        "watched_days": memory.watched_days,
        "alarms": memory.alarms,
        "allowed": settings.drift.budget_of_each.expected(memory.watched_days),
        "second_opinion": _second_opinion(database, settings, memory) if second_opinion else None,
    }


def said(hours: Hours | None) -> dict[str, str]:
    """Put it into lines; none if hours are not watched."""
    if hours is None:
        return {}
    return {"hours": _standing(hours), **_opinion(hours["second_opinion"])}


def _standing(hours: Hours) -> str:
    if hours["state"] == "learning":
        return "learning, four weeks are needed"
    if hours["state"] == "dependent":
        return "not watched: they differ by more than chance"
    days = f"{hours['watched_days']:,.1f} watched days"
    return f"{hours['state']}, {hours['alarms']} in {days} ({hours['allowed']:.1f} allowed)"


def _opinion(second: Hours | None) -> dict[str, str]:
    if second is None:
        return {}
    ends = second["changes"]
    n = "1 change" if len(ends) == 1 else f"{len(ends)} changes"
    newest = f", the newest in that which ended {moment(ends[-1])}" if ends else ""
    return {"second opinion": f"ADWIN: {n} in {second['windows']:,} kept windows{newest}"}


def _require(settings: "Settings") -> None:
    if not settings.drift.hourly:
        msg = "--second-opinion is on hours, which are not watched; set drift.hourly = true"
        raise InvalidConfig(msg)
    if find_spec("river") is None:
        msg = "--second-opinion needs river, which is not installed; pip install 'resegment[river]'"
        raise InvalidConfig(msg)


def _second_opinion(
    database: "Database[dict[str, Any]]", settings: "Settings", memory: "HourlyMemory"
) -> Hours | None:
    """Let ADWIN read the kept windows, oldest first; None while there is no scale to place them by."""
    from shared.adapters import readers
    from shared.adapters.mongo.models import load_model, read_pointer
    from shared.estimators.adwin_pair import AdwinPair

    pointer = read_pointer(database)
    if memory.scale is None or pointer is None or pointer.epoch != memory.model_epoch:
        return None
    champion, pair = load_model(database, pointer.version), AdwinPair(memory.scale.k)
    windows, found = readers.hour_windows(database, settings.stream.id), []
    for window in windows:
        placed = memory.scale.placed(window, champion)
        if pair.update(placed.labels, placed.distances):
            found.append(datetime.fromtimestamp(window.end_ms / 1000, UTC))
    return {"windows": len(windows), "changes": found}
