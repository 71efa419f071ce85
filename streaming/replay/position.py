"""How far a replay got, kept in a small file so that it can go on after a kill.

The position is written after Kafka has acknowledged everything before it: what was sent
but not yet written down is sent again, and the stream recognises it by its event id.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from shared.atomic_file import write_text
from shared.errors import InvalidConfig
from shared.plain import to_json


@dataclass(frozen=True)
class ReplayedFile:
    """What is being replayed: a position holds for exactly this."""

    path: Path
    topic: str
    profile: str
    reading: str
    """Everything else that decides on the order and the ids of the events, as text."""

    @property
    def fingerprint(self) -> dict[str, str | int]:
        """What must be unchanged for a position to mean the same row."""
        status = self.path.stat()
        return {
            "file": str(self.path.resolve()),
            "bytes": status.st_size,
            "modified_ns": status.st_mtime_ns,
            "topic": self.topic,
            "profile": self.profile,
            "reading": hashlib.sha256(self.reading.encode()).hexdigest()[:16],
        }


def location(folder: Path, subject: ReplayedFile) -> Path:
    """Return where the position of this file and topic is kept."""
    name = f"{subject.path.resolve()}\0{subject.topic}"
    return folder / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.json"


def save(folder: Path, subject: ReplayedFile, next_index: int) -> None:
    """Write down that everything before `next_index` (from 0, in sending order) is acknowledged."""
    path = location(folder, subject)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, to_json({**subject.fingerprint, "next": next_index}))


def load(folder: Path, subject: ReplayedFile) -> int:
    """Return where to go on; 0 when nothing was written down.

    Raises
    ------
    InvalidConfig : the file or its profile has changed since, so the position means nothing.
    """
    path = location(folder, subject)
    if not path.exists():
        return 0
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        next_index = int(stored.pop("next"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        msg = f"the position file {path} is damaged; replay without --resume to start over"
        raise InvalidConfig(msg) from error
    changed = [key for key, value in subject.fingerprint.items() if stored.get(key) != value]
    if changed:
        msg = (
            f"cannot resume: {', '.join(map(_called, changed))} of {subject.path} changed "
            "since the position was kept; replay "
            "without --resume to start over (the stream drops what it already has)"
        )
        raise InvalidConfig(msg)
    return next_index


def _called(key: str) -> str:
    return "the flags that say how to read it" if key == "reading" else key
