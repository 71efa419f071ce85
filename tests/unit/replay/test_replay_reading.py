"""Files as tables of text, and what is said about files that are none."""

import gzip
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shared.errors import InvalidConfig
from streaming.replay.reading import Source, chunks, header


def _write(tmp_path: Path, content: bytes, name: str = "x.csv") -> Source:
    path = tmp_path / name
    path.write_bytes(content)
    return Source(path)


def test_every_cell_stays_the_text_it_is(tmp_path: Path) -> None:
    source = _write(tmp_path, b"a,b,c\nNA,2.10,007\n,null,1e5\n")
    (chunk,) = chunks(source)
    assert chunk.table.to_numpy().tolist() == [["NA", "2.10", "007"], ["", "null", "1e5"]]
    assert chunk.table.index.tolist() == [1, 2]


def test_rows_are_numbered_on_through_all_chunks(tmp_path: Path) -> None:
    source = _write(tmp_path, b"a,b\n" + b"1,2\n" * 7)
    numbers = [chunk.table.index.tolist() for chunk in chunks(source, rows=3)]
    assert numbers == [[1, 2, 3], [4, 5, 6], [7]]


def test_compression_is_recognised_by_content_not_by_name(tmp_path: Path) -> None:
    source = _write(tmp_path, gzip.compress(b"a,b\n1,2\n"), name="plain.csv")
    assert header(source) == ["a", "b"]
    assert [len(chunk.table) for chunk in chunks(source)] == [1]


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    assert header(_write(tmp_path, b"\xef\xbb\xbfa,b\n1,2\n")) == ["a", "b"]


def test_parquet_values_become_the_texts_a_csv_would_hold(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": pa.array([17850, None], pa.int64()),
            "price": pa.array([Decimal("2.10"), Decimal("0.55")]),
            "weight": [2.5, 1.0],
            "at": pa.array([1_291_191_960_000, 1_291_191_961_500], pa.timestamp("ms")),
            "seen": pa.array([datetime(2010, 12, 1, 8, 26, tzinfo=UTC), None], pa.timestamp("ms", "UTC")),
        }
    )
    path = tmp_path / "x.parquet"
    pq.write_table(table, path)
    assert header(Source(path)) == ["id", "price", "weight", "at", "seen"]
    (chunk,) = chunks(Source(path))
    assert chunk.table["id"].tolist() == ["17850", ""]
    assert chunk.table["price"].tolist() == ["2.10", "0.55"]
    assert chunk.table["weight"].tolist()[0] == "2.5"
    assert chunk.table["at"].tolist() == ["2010-12-01 08:26:00.000", "2010-12-01 08:26:01.500"]
    assert chunk.table["seen"].tolist() == ["2010-12-01 08:26:00.000Z", ""]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "is empty; a header line"),
        (b"a;b\n1;2\n", "seems to be separated by ';'"),
        (b"a\tb\n1\t2\n", "seems to be separated by"),
        (b"caf\xe9,b\n1,2\n", "not utf-8 text.*--encoding latin-1"),
        (b"PAR1 but not really", "cannot read"),
        (b"\x1f\x8b not gzip", "cannot read"),
    ],
)
def test_a_file_with_an_unusable_header_is_explained(tmp_path: Path, content: bytes, complaint: str) -> None:
    with pytest.raises(InvalidConfig, match=complaint):
        header(_write(tmp_path, content))


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"a,b\n", "has a header and no rows"),
        (b"a,b\n1,2\n1,2,3\n", "line 3"),
        (b"a,b\ncaf\xe9,2\n", "not utf-8 text"),
        (gzip.compress(b"a,b\n" + b"1,2\n" * 99)[:-20], "cannot read"),
    ],
)
def test_an_unreadable_row_is_explained(tmp_path: Path, content: bytes, complaint: str) -> None:
    with pytest.raises(InvalidConfig, match=complaint):
        list(chunks(_write(tmp_path, content)))


def test_another_encoding_can_be_named(tmp_path: Path) -> None:
    path = _write(tmp_path, b"a,b\ncaf\xe9,2\n").path
    (chunk,) = chunks(Source(path, encoding="latin-1"))
    assert chunk.table["a"].tolist() == ["café"]


def test_an_unknown_encoding_and_a_missing_file_are_explained(tmp_path: Path) -> None:
    path = _write(tmp_path, b"a,b\n1,2\n").path
    with pytest.raises(InvalidConfig, match="'klingon' is no text encoding"):
        header(Source(path, encoding="klingon"))
    with pytest.raises(InvalidConfig, match="No such file"):
        header(Source(tmp_path / "absent.csv"))
