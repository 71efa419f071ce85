"""Spark's checkpoint folder: used by one run at a time, and never ahead of the database.

Spark resumes where the checkpoint says. Were that beyond what the live model knows (a database
restored from a backup, or emptied), the records in between would be skipped without a word.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from shared.errors import LeaseHeld, StartRefused
from shared.settings import StreamSettings


def folder_of(settings: StreamSettings, fence_epoch: int) -> Path:
    """Return where a stream keeps its checkpoint; a new generation of the topic gets a new one."""
    return settings.checkpoint.absolute() / settings.id / str(fence_epoch)


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Hold the folder while in this context; the lock ends with the process, however that ends.

    Raises
    ------
    LeaseHeld : another process of this machine holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "in-use-by").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "another process"
            msg = f"checkpoint {folder} should be used by one stream; {holder} uses it; stop that one first"
            raise LeaseHeld(msg) from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()}")
        lock.flush()
        yield


def refuse_if_ahead(folder: Path, topic: str, known: Mapping[int, int]) -> None:
    """Make sure that Spark will not resume beyond `known`, the live model's next offset per partition.

    Raises
    ------
    StartRefused : it would; the message says what to remove.
    """
    for partition, committed in committed_offsets(folder, topic).items():
        if committed > known.get(partition, 0):
            msg = (
                f"checkpoint {folder} has committed offset {committed} of partition {partition}, "
                f"the database knows {known.get(partition, 0)}: the records between would be skipped; "
                "remove the folder "
                "(everything is read again, and what is known counts once)"
            )
            raise StartRefused(msg)


def committed_offsets(folder: Path, topic: str) -> dict[int, int]:
    """Return the next offset per partition after the last committed micro-batch; empty before the first."""
    commits = [int(entry.name) for entry in (folder / "commits").glob("*") if entry.name.isdigit()]
    if not commits:
        return {}
    return planned_offsets(folder, topic, max(commits))


def planned_offsets(folder: Path, topic: str, batch_id: int) -> dict[int, int]:
    """Return where a micro-batch ends per partition, as Spark wrote it down before it began.

    The last record may lie before that: compaction and the marks of transactions leave gaps.
    """
    planned = (folder / "offsets" / str(batch_id)).read_text(encoding="utf-8").splitlines()
    offsets = json.loads(planned[-1]).get(topic, {})
    return {int(partition): int(offset) for partition, offset in offsets.items()}
