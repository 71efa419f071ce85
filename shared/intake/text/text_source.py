"""A file of text from its beginning, as UTF-8 without its byte order mark."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain

from shared.errors import InvalidConfig
from shared.intake.opening import HEAD_BYTES, opened
from shared.intake.source import Source
from shared.intake.text.encoding import (
    as_in_file,
    byte_order_mark,
    first_lost_byte,
    guessed_codec,
    named_codec,
    utf8_blocks,
)

BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class Text:
    """A text that is open.

    blocks : its UTF-8, about `BLOCK_BYTES` of the file at once. mark : its byte order mark.
    packed : see `Opened`. fraction : share of the file's bytes read so far.
    """

    codec: str
    mark: bytes
    packed: str | None
    blocks: Iterator[bytes]
    fraction: Callable[[], float]


@contextmanager
def opened_text(source: Source) -> Iterator[Text]:
    """Open a text in the encoding that its mark tells, the person named, or its bytes show.

    Raises
    ------
    InvalidConfig : see `opened`; or there is no such encoding.
    """
    with opened(source.path) as file:
        head = file.file.read(HEAD_BYTES)
        mark, codec = byte_order_mark(head)
        if codec is None:
            codec = named_codec(source.encoding, head) if source.encoding else guessed_codec(head)
        rest = iter(lambda: file.file.read(BLOCK_BYTES), b"")
        blocks = utf8_blocks(chain([head.removeprefix(mark)], rest), codec)
        try:
            yield Text(codec, mark, file.packed, blocks, file.fraction)
        except UnicodeError as error:  # of rare codecs that cannot go on behind a fault
            msg = f"{source.path} is not {codec} text: {error}; name another encoding, as --encoding utf-8"
            raise InvalidConfig(msg) from error


def first_lines(text: Text, size: int) -> tuple[bytes, bool]:
    """Read about so many bytes of whole lines, and tell whether that is all."""
    parts = []
    for block in text.blocks:
        parts.append(block)
        size -= len(block)
        if size <= 0:
            whole = b"".join(parts)
            end = max(whole.rfind(b"\n"), whole.rfind(b"\r", 0, -1)) + 1
            return whole[:end] if end else whole.decode(errors="ignore").encode(), False
    return b"".join(parts), True


def check_text(source: Source, text: Text, sample: bytes) -> None:
    """Refuse a text that is not in its encoding.

    Raises
    ------
    InvalidConfig : a byte of the sample is no text; the message says which, and how to go on.
    """
    lost = first_lost_byte(sample, text.codec)
    if lost is None:
        return
    byte, position = lost
    offset = len(text.mark) + len(as_in_file(sample[:position], text.codec))
    line = sample[:position].count(b"\n") + 1
    path = source.path
    msg = (
        f"{path} is not {text.codec} text: byte 0x{byte:02X} at offset {offset:,}, line {line:,}\n"
        "if Excel on Windows wrote it, add --encoding cp1252; or convert it: "
        f"iconv -f cp1252 -t utf-8 {path.name} > utf8.csv"
    )
    raise InvalidConfig(msg)
