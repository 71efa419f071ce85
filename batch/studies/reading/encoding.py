"""Whether a file is text in the encoding it is said to have, judged by its bytes."""

import codecs
import gzip
from pathlib import Path
from typing import BinaryIO, cast

from shared.errors import InvalidConfig

_CHUNK_BYTES = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def open_bytes(path: Path) -> BinaryIO:
    """Open a file, decompressed where its first bytes say gzip: names lie.

    Raises
    ------
    InvalidConfig : the file cannot be opened.
    """
    try:
        with path.open("rb") as raw:
            is_gzip = raw.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
        return cast("BinaryIO", gzip.open(path)) if is_gzip else path.open("rb")
    except OSError as error:
        msg = f"cannot read {path}: {error.strerror}; --data takes a CSV file, plain or gzipped"
        raise InvalidConfig(msg) from error


def codec(encoding: str) -> str:
    """Give the codec; Excel writes a byte order mark, which is no part of the first name.

    Raises
    ------
    InvalidConfig : no such encoding.
    """
    try:
        name = codecs.lookup(encoding).name
    except LookupError as error:
        msg = f"{encoding!r} is no text encoding; use utf-8, cp1252 or latin-1 for --encoding"
        raise InvalidConfig(msg) from error
    return "utf-8-sig" if name == "utf-8" else name


def check_text(path: Path, encoding: str) -> None:
    """Read a file to its end, once.

    Raises
    ------
    InvalidConfig : it is empty, damaged, or a byte of it is no text in that encoding; the message says
        which byte, and how to go on.
    """
    decoder = codecs.getincrementaldecoder(codec(encoding))()
    offset, lines = 0, 1
    with open_bytes(path) as file:
        while chunk := _next(file, path):
            if not offset and chunk.startswith(_UTF_16):
                msg = f"{path} is UTF-16 text; add --encoding utf-16, or save it as CSV UTF-8"
                if not codec(encoding).startswith("utf-16"):
                    raise InvalidConfig(msg)
            _decode(decoder, chunk, (path, encoding, offset, lines))
            offset, lines = offset + len(chunk), lines + chunk.count(b"\n")
        _decode(decoder, b"", (path, encoding, offset, lines), final=True)
    if not offset:
        msg = f"{path} is empty; a header line with the names of the columns is needed, and rows below it"
        raise InvalidConfig(msg)


def _next(file: BinaryIO, path: Path) -> bytes:
    try:
        return file.read(_CHUNK_BYTES)
    except (OSError, EOFError) as error:
        msg = f"cannot read {path}: {error}; the file is damaged or cut short, copy it again"
        raise InvalidConfig(msg) from error


def _decode(
    decoder: codecs.IncrementalDecoder,
    chunk: bytes,
    where: tuple[Path, str, int, int],
    *,
    final: bool = False,
) -> None:
    path, encoding, offset, lines = where
    held = len(decoder.getstate()[0])
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError as error:
        at = offset - held + error.start
        line = lines + chunk[: max(error.start - held, 0)].count(b"\n")
        byte = error.object[error.start]
        msg = (
            f"{path} is not {encoding} text: byte 0x{byte:02X} at offset {at:,}, line {line:,}\n"
            "if Excel on Windows wrote it, add --encoding cp1252; or convert it: "
            f"iconv -f cp1252 -t utf-8 {path.name} > utf8.csv"
        )
        raise InvalidConfig(msg) from error
