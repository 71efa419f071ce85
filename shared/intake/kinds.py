"""What kind of file it is, by its first bytes: names lie."""

import codecs
import re

from shared.errors import InvalidConfig

GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
EMPTY_ZIP = b"PK\x05\x06"
PARQUET = b"PAR1"

_AS_CSV = "open it and save it as CSV UTF-8"
_UNPACK = "unpack it first"
_EXPORT = "export the table as CSV or Parquet"
_OTHERS = (
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "an Excel file of the old kind (.xls), or one with a password",
        "save it as .xlsx or as CSV UTF-8",
    ),
    (b"%PDF", "a PDF", "ask for the same data as CSV or Excel"),
    (
        b"SQLite format 3\0",
        "an SQLite database",
        _EXPORT,
    ),
    (b"BZh", "packed with bzip2", f"{_UNPACK}: bunzip2 FILE"),
    (b"\xfd7zXZ\0", "packed with xz", f"{_UNPACK}: unxz FILE"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd", f"{_UNPACK}: unzstd FILE"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", _UNPACK),
    (b"Rar!", "a RAR archive", _UNPACK),
    (b"\x04\x22\x4d\x18", "packed with lz4", f"{_UNPACK}: unlz4 FILE"),
    (b"\x1f\x9d", "packed with compress", f"{_UNPACK}: uncompress FILE"),
    (b"ORC", "an ORC file", _EXPORT),
    (b"Obj\x01", "an Avro file", _EXPORT),
    (b"ARROW1", "an Arrow (Feather) file", _EXPORT),
    (b"\x89HDF", "an HDF5 file", _EXPORT),
    (b"$FL2", "an SPSS file", _EXPORT),
    (b"<stata_dta>", "a Stata file", _EXPORT),
    (b"{\\rtf", "an RTF document", _AS_CSV),
    (b"\x7fELF", "a program", "give the file with the data"),
    (b"MZ\x90", "a program", "give the file with the data"),
    (b"\x89PNG", "a picture", "give the file with the data"),
    (b"\xff\xd8\xff", "a picture", "give the file with the data"),
    (b"GIF8", "a picture", "give the file with the data"),
)
_MARKUP = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|table|meta|div|\?xml|[a-z]+[\s>])", re.I | re.S
)
_CONTROL = bytes(set(range(32)) - set(b"\t\n\x0b\x0c\r\x1a\x1b"))


def refuse_others(path: object, head: bytes) -> None:
    """Say plainly what cannot be read.

    Raises
    ------
    InvalidConfig : it is a file of a kind that is none of ours.
    """
    for magic, what, instead in _OTHERS:
        if head.startswith(magic):
            msg = f"{path} is {what}, which cannot be read here; {instead}"
            raise InvalidConfig(msg)
    if head[:8].strip(b" \r\n\t") and head[257:262] == b"ustar":
        msg = f"{path} is a tar archive, which cannot be read here; unpack it first: tar xf FILE"
        raise InvalidConfig(msg)
    markup = _MARKUP.match(head.removeprefix(codecs.BOM_UTF8))
    if markup:
        what = "an XML document" if markup[1].lower() == b"?xml" else "a web page (HTML)"
        msg = f"{path} is {what}, whatever it is called; open it in a spreadsheet and save it as CSV UTF-8"
        raise InvalidConfig(msg)


def refuse_binary(path: object, text: bytes) -> None:
    """Refuse what is no text: zero bytes or control signs all over.

    Raises
    ------
    InvalidConfig : no text.
    """
    control = len(text) - len(text.translate(None, _CONTROL))
    if control > 0.05 * len(text):
        share = f"{control:,} of its first {len(text):,} bytes are control signs"
        msg = f"{path} is no text ({share}) and of no kind that is known here; save it as CSV UTF-8"
        raise InvalidConfig(msg)
