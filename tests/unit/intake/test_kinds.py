"""Files are judged by their bytes: what is read, what is refused, and what the refusal says."""

from pathlib import Path

import pytest

from shared.errors import InvalidConfig
from tests.support.intake_files import gzipped, read_bytes, read_file, zipped

EXPORTS = Path(__file__).parents[2] / "data" / "exports"
TEXT = b"order,when,who\nR1,2024-01-02,ann\n"


@pytest.mark.parametrize(
    ("name", "kind", "packed", "encoding", "separator", "rows"),
    [
        ("decimal_comma.csv", "CSV", None, "utf-8", ";", 4),
        ("utf_16.csv", "CSV", None, "utf-16-le", ",", 1),
        ("zipped.csv.zip", "CSV", "zip (x.csv)", "utf-8", ",", 2),
        ("events.jsonl", "JSON lines", None, "utf-8", None, 1),
    ],
)
def test_what_a_file_is_written_in_is_found(
    name: str, kind: str, packed: str | None, encoding: str, separator: str | None, rows: int
) -> None:
    found = read_file(EXPORTS / name)

    assert (found.layout.kind, found.layout.packed) == (kind, packed)
    assert (found.layout.encoding, found.layout.separator) == (encoding, separator)
    assert len(found.cells) == rows
    assert found.findings == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty; a header"),
        (b"\n \r\n\n", "has blank lines only"),
        (gzipped(b""), "is empty; a header"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), r"old kind \(.xls\), or one with a password"),
        (b"%PDF-1.7", "is a PDF"),
        (b"SQLite format 3\0", "is an SQLite database"),
        (b"BZh91AY", "packed with bzip2.*bunzip2"),
        (b"ARROW1\0\0", r"an Arrow \(Feather\) file"),
        (b"\n<!DOCTYPE html><html>", r"a web page \(HTML\)"),
        (b"\xef\xbb\xbf<table><tr>", r"a web page \(HTML\)"),
        (b"<?xml version='1.0'?><orders/>", "an XML document"),
        (b"orders.csv" + bytes(247) + b"ustar\x0000", "a tar archive"),
        (b"\x89PNG\r\n", "a picture"),
        (bytes(range(256)) * 4, "is no text"),
        (zipped([]), "a zip archive without files"),
        (zipped([("__MACOSX/a", b"x"), ("b/", b"")]), "a zip archive without files"),
        (
            zipped([("a.csv", TEXT), ("b.csv", TEXT)]),
            r"holds 2 files: a.csv, b.csv; unpack it and give one: unzip",
        ),
        (
            zipped([("mimetype", b"application/vnd.oasis"), ("content.xml", b"")]),
            "an OpenDocument, Numbers or Word",
        ),
        (
            zipped([("a.csv.gz", gzipped(TEXT))]),
            r"is zip \(a.csv.gz\), and what is in it is no text; unpack it first",
        ),
        (gzipped(b"PAR1abc"), "is gzip, and what is in it is no text"),
        (gzipped(TEXT * 99)[:-9], "damaged or cut short, copy it again"),
        (zipped([("a.csv", TEXT * 99)])[:-30], "damaged or cut short, copy it again"),
        (b"PAR1 and no more", "as Parquet"),
    ],
)
def test_what_cannot_be_read_is_said_plainly(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(InvalidConfig, match=f"(?s)orders.*{message}"):
        read_bytes(tmp_path, content)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfig, match=r"cannot read .*nowhere.csv: No such file"):
        read_file(tmp_path / "nowhere.csv")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfig, match="Is a directory"):
        read_file(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        TEXT,
        b"\xef\xbb\xbf" + TEXT,
        TEXT.decode().encode("utf-16"),
        TEXT.decode().encode("utf-16-le"),
        TEXT.decode().encode("utf-16-be"),
        TEXT.decode().encode("utf-32"),
        gzipped(TEXT),
        zipped(
            [("x/", b""), ("x/orders.csv", TEXT), ("__MACOSX/x/._orders.csv", b"?"), ("x/.DS_Store", b"?")]
        ),
        gzipped(b"\xff\xfe" + TEXT.decode().encode("utf-16-le")),
    ],
)
def test_marks_and_packing_are_no_part_of_the_text(tmp_path: Path, content: bytes) -> None:
    found = read_bytes(tmp_path, content)

    assert found.layout.names == ("order", "when", "who")
    assert found.cells == [["R1", "2024-01-02", "ann"]]


def test_text_that_is_not_utf8_names_the_byte_its_place_and_the_flag(tmp_path: Path) -> None:
    content = TEXT + "R2,2024-01-03,Zoë\n".encode("cp1252")

    with pytest.raises(InvalidConfig, match=r"byte 0xEB at offset 49, line 3\n.*--encoding cp1252"):
        read_bytes(tmp_path, content)

    assert read_bytes(tmp_path, content, encoding="cp1252").cells[1] == ["R2", "2024-01-03", "Zoë"]


def test_the_place_is_counted_in_the_file_with_its_mark(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + TEXT + b"R2,2024-01-03,Zo\xeb\n"

    with pytest.raises(InvalidConfig, match="offset 52, line 3"):
        read_bytes(tmp_path, content)


@pytest.mark.parametrize("encoding", ["klingon", "hex", "rot13", "\0"])
def test_what_is_no_encoding_is_refused(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(InvalidConfig, match="is no encoding of text; use for example utf-8"):
        read_bytes(tmp_path, TEXT, encoding=encoding)


@pytest.mark.parametrize("separator", ["", "::", '"', "\n", "§"])
def test_what_separates_nothing_is_refused(tmp_path: Path, separator: str) -> None:
    with pytest.raises(InvalidConfig, match="cannot separate cells"):
        read_bytes(tmp_path, TEXT, separator=separator)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found_beside_others_in_the_cells(tmp_path: Path, separator: str) -> None:
    others = "".join({",", ";", "\t", "|"} - {separator})
    rows = "".join(f"R{n}{separator}1{others}5{separator}a{others}b\n" for n in range(9))

    found = read_bytes(tmp_path, f"order{separator}price{separator}note\n{rows}")

    assert found.layout.separator == separator
    assert found.layout.names == ("order", "price", "note")
    assert len(found.cells) == 9


def test_a_separator_that_is_told_wins(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, "a^b,c\n1^2,3\n", separator="^").cells == [["1", "2,3"]]


def test_cells_with_another_separator_are_warned_of(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, "a^b^c\n1^2^3\n")

    assert "--separator" in str(found.finding("one_column").mend)
