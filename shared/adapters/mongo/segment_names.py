"""The names that operators have given to segments: one small document per identity.

Only the command line writes here. The stream reads it before every micro-batch and restates the name
of each customer; the batch job reads it for its reports.
"""

from datetime import UTC, datetime

from pymongo.database import Database

from shared.adapters.mongo.collections import SEGMENT_NAMES
from shared.adapters.mongo.models import load_champion
from shared.core.model.artifact import Segment
from shared.core.segments.given_names import GivenName, renamed
from shared.documents import Document
from shared.errors import InvalidConfig, ModelNotFound

LONGEST = 60
"""Characters of a name: it has to fit into a column of a report."""


def load_names(database: Database[Document]) -> dict[int, GivenName]:
    """Return every given name by segment_id."""
    found = database[SEGMENT_NAMES].find().sort("_id")
    return {int(row["_id"]): GivenName(row["name"], row["action"]) for row in found}


def rename_segment(
    database: Database[Document], segment_id: int, name: str, action: str | None
) -> tuple[Segment, ...]:
    """Give a segment of the champion a name that lasts; returns the champion's segments as named now.

    Raises
    ------
    ModelNotFound : there is no champion, or it has no such segment.
    InvalidConfig : the name is empty, too long, not printable, or another segment has it.
    """
    given, segments = GivenName(_checked(name), action), _segments(database, segment_id)
    before = renamed(segments, load_names(database))
    if any(other.name == given.name for other in before if other.segment_id != segment_id):
        msg = f"the names of segments should differ; another segment is called {given.name!r} already"
        raise InvalidConfig(msg)
    row = {"name": given.name, "action": action, "changed_at": datetime.now(UTC)}
    database[SEGMENT_NAMES].update_one({"_id": segment_id}, {"$set": row}, upsert=True)
    return renamed(segments, load_names(database))


def reset_name(database: Database[Document], segment_id: int) -> tuple[Segment, ...]:
    """Go back to the name of the rule; returns like `rename_segment`. Raises ModelNotFound."""
    segments = _segments(database, segment_id)
    database[SEGMENT_NAMES].delete_one({"_id": segment_id})
    return renamed(segments, load_names(database))


def _segments(database: Database[Document], segment_id: int) -> tuple[Segment, ...]:
    found = load_champion(database)
    if found is None:
        msg = "a segment needs a model to be named; there is none; `resegment segments` says what comes first"
        raise ModelNotFound(msg)
    segments = found[0].segments
    if segment_id not in {segment.segment_id for segment in segments}:
        ids = ", ".join(str(segment.segment_id) for segment in segments)
        version = found[0].version
        msg = f"model {version} should have segment {segment_id}; it has {ids}; see `resegment segments`"
        raise ModelNotFound(msg)
    return segments


def _checked(name: str) -> str:
    stripped = name.strip()
    if not 0 < len(stripped) <= LONGEST or not stripped.isprintable():
        msg = f"a segment's name should be 1 to {LONGEST} printable characters, got {name!r}"
        raise InvalidConfig(msg)
    return stripped
