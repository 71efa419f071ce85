"""A file's bytes, unpacked."""

import gzip
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from shared.errors import InvalidConfig
from shared.intake.kinds import EMPTY_ZIP, GZIP, ZIP

HEAD_BYTES = 1 << 12
_LISTED = 10


@dataclass(frozen=True)
class Opened:
    """What is read, and how far it is read.

    packed : "gzip", "zip (orders.csv)" or None. fraction : share of the file's bytes read so far.
    """

    file: BinaryIO
    packed: str | None
    fraction: Callable[[], float]


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """Open a file, unpacked where its first bytes say that it is packed.

    Raises
    ------
    InvalidConfig : it cannot be opened, is empty, damaged, or an archive of several files. Whatever
        reading it raises while it is open is explained as well.
    """
    with explained(path), path.open("rb") as raw:
        head = raw.read(len(ZIP))
        raw.seek(0)
        size = max(path.stat().st_size, 1)
        if not head:
            msg = f"{path} is empty; a header line with the names of the columns is needed, and rows below it"
            raise InvalidConfig(msg)
        with _unpacked(path, raw, head) as (file, packed):
            yield Opened(file, packed, lambda: min(raw.tell() / size, 1.0))


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what opening and unpacking raise into what a person can do."""
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as error:
        msg = f"cannot read {path}: {error}; the file is damaged or cut short, copy it again"
        raise InvalidConfig(msg) from error
    except (RuntimeError, NotImplementedError) as error:  # of zipfile: a password, a rare compression
        msg = f"cannot read {path}: {error}; unpack it first"
        raise InvalidConfig(msg) from error
    except OSError as error:
        msg = f"cannot read {path}: {error.strerror or error}; give a CSV, Excel, JSON or Parquet file"
        raise InvalidConfig(msg) from error


@contextmanager
def _unpacked(path: Path, raw: BinaryIO, head: bytes) -> Iterator[tuple[BinaryIO, str | None]]:
    if head.startswith(GZIP):
        with gzip.GzipFile(fileobj=raw) as file:
            yield cast("BinaryIO", file), "gzip"
    elif head in {ZIP, EMPTY_ZIP}:
        with _archive(path, raw) as archive:
            if "xl/workbook.xml" in archive.namelist():
                raw.seek(0)
                yield raw, None
                return
            name = _only_member(path, archive)
            with archive.open(name) as member:
                yield cast("BinaryIO", member), f"zip ({name})"
    else:
        yield raw, None


def _archive(path: Path, raw: BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(raw)
    except (struct.error, ValueError, LookupError, ArithmeticError) as error:  # of a damaged list of members
        msg = f"cannot read {path} as a zip archive: {error}; the file is damaged, copy it again"
        raise InvalidConfig(msg) from error


def _only_member(path: Path, archive: zipfile.ZipFile) -> str:
    names = [name for name in archive.namelist() if not name.endswith("/") and not _is_litter(name)]
    if "mimetype" in names or any(name.startswith(("Index/", "word/", "ppt/")) for name in names):
        what = "an OpenDocument, Numbers or Word file"
        msg = f"{path} is {what}, which cannot be read here; save it as CSV UTF-8"
        raise InvalidConfig(msg)
    if len(names) == 1:
        return names[0]
    if not names:
        msg = f"{path} is a zip archive without files; give the file with the data"
        raise InvalidConfig(msg)
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    listed = ", ".join(names[:_LISTED]) + more
    msg = f"{path} holds {len(names)} files: {listed}; unpack it and give one: unzip {path.name}"
    raise InvalidConfig(msg)


def _is_litter(name: str) -> bool:
    """Tell what macOS and Windows leave in archives."""
    parts = name.split("/")
    return "__MACOSX" in parts or parts[-1] in {".DS_Store", "Thumbs.db", "desktop.ini"}
