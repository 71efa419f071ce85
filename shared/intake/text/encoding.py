"""Text of any encoding as UTF-8 bytes, with the way back.

Bytes that are no text in their encoding become lone surrogates, one each, so that a row that holds them
can be told from the others and given back as it stands in the file.
"""

import codecs
import re
from collections.abc import Iterable, Iterator

from shared.errors import InvalidConfig

_KEEP = "resegment.keep_bytes"
_SURROGATE = 0xDC00
_LOST = re.compile("([\udc00-\udcff]+)")


def _kept(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(_SURROGATE + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error(_KEEP, _kept)

_MARKS = (  # the mark of UTF-32 begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def byte_order_mark(head: bytes) -> tuple[bytes, str | None]:
    """Give the mark with which a text begins, and the encoding that it tells."""
    return next(((mark, codec) for mark, codec in _MARKS if head.startswith(mark)), (b"", None))


def named_codec(encoding: str, head: bytes) -> str:
    """Give the codec of an encoding that a person named, for a text without a byte order mark.

    Raises
    ------
    InvalidConfig : no such encoding of text.
    """
    try:
        name = codecs.lookup(encoding).name
        codecs.getincrementaldecoder(name)
        "a,1\n".encode(name)
    except (LookupError, ValueError) as error:  # ValueError: a name with a zero byte, an unusable codec
        msg = f"--encoding {encoding!r} is no encoding of text; use for example utf-8, cp1252 or utf-16"
        raise InvalidConfig(msg) from error
    if name in {
        "utf-16",
        "utf-32",
    }:  # which end comes first is not told: by the zero bytes, else as Windows does
        guessed = guessed_codec(head)
        return guessed if guessed.startswith(name) else f"{name}-le"
    return "utf-8" if name == "utf-8-sig" else name


def guessed_codec(head: bytes) -> str:
    """Tell UTF-16 without a mark by its zero bytes; else it should be UTF-8."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if half >= 2 and odd > 0.4 * half and even < 0.1 * half:
        return "utf-16-le"
    if half >= 2 and even > 0.4 * half and odd < 0.1 * half:
        return "utf-16-be"
    return "utf-8"


def utf8_blocks(blocks: Iterable[bytes], codec: str) -> Iterator[bytes]:
    """Yield text as UTF-8, block by block."""
    if codec == "utf-8":
        yield from blocks
        return
    decoder = codecs.getincrementaldecoder(codec)(errors=_KEEP)
    for block in blocks:
        yield decoder.decode(block).encode("utf-8", "surrogatepass")
    yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")


def as_in_file(text: bytes, codec: str) -> bytes:
    """Give the bytes of the file that `utf8_blocks` has read."""
    if codec == "utf-8":
        return text
    parts = _LOST.split(text.decode("utf-8", "surrogatepass"))
    kept = [part.encode(codec) for part in parts[::2]]
    lost = [bytes(ord(sign) - _SURROGATE for sign in part) for part in parts[1::2]] + [b""]
    return b"".join(piece for pair in zip(kept, lost, strict=True) for piece in pair)


def first_lost_byte(text: bytes, codec: str) -> tuple[int, int] | None:
    """Find the first byte that is no text: its value, and its position in this UTF-8."""
    try:
        text.decode()
    except UnicodeDecodeError as error:
        if codec == "utf-8":
            return text[error.start], error.start
        return ord(text[error.start : error.start + 3].decode("utf-8", "surrogatepass")) & 0xFF, error.start
    return None
