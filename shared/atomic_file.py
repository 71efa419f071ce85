"""Files that are there whole or not at all, whenever the writer is killed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give the path of a draft, which takes the place of `path` unless what writes it fails.

    Raises
    ------
    OSError : the file cannot be put there; what was there before is still there.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a file of text as UTF-8; raises as `replacing`."""
    with replacing(path) as draft:
        draft.write_text(text, encoding="utf-8")
