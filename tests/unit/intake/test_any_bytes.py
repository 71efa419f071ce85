"""Whatever a file holds: rows, or a message that says what to do."""

import io
import json
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InvalidConfig
from tests.support.intake_files import gzipped, read_bytes, zipped

ROWS = [["order", "when", "who", "price"]] + [
    [f"R{n}", f"2024-01-{n + 1:02d}", "ann", f"{n}.50"] for n in range(9)
]
TEXT = "\n".join(",".join(row) for row in ROWS)
RECORDS = [dict(zip(ROWS[0], row, strict=True)) for row in ROWS[1:]]


def workbook() -> bytes:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    for row in ROWS:
        book.active.append(row)
    book.save(buffer)
    return buffer.getvalue()


def parquet() -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(RECORDS), buffer)
    return buffer.getvalue()


FILES: dict[str, Callable[[], bytes]] = {
    "text": TEXT.encode,
    "quoted text": lambda: TEXT.replace("ann", '"a, ""b""\nc"').encode(),
    "UTF-16": lambda: TEXT.encode("utf-16"),
    "gzip": lambda: gzipped(TEXT.encode()),
    "zip": lambda: zipped([("orders.csv", TEXT.encode())]),
    "Excel": workbook,
    "Parquet": parquet,
    "JSON lines": lambda: "\n".join(map(json.dumps, RECORDS)).encode(),
    "JSON array": lambda: json.dumps({"orders": RECORDS}, indent=1).encode(),
}


def read_or_refuse(content: bytes, **told: str) -> None:
    with tempfile.TemporaryDirectory() as folder, suppress(InvalidConfig):
        read_bytes(Path(folder), content, **told)


@pytest.mark.parametrize("kind", FILES)
def test_the_files_themselves_are_read(kind: str, tmp_path: Path) -> None:
    found = read_bytes(tmp_path, FILES[kind]())

    assert len(found.cells) == len(RECORDS)
    assert found.layout.names == tuple(ROWS[0])
    assert found.damaged == []


@given(
    st.binary(max_size=300),
    st.sampled_from(["", "utf-8", "cp1252", "utf-16", "utf-7", "gb18030", "shift_jis"]),
)
def test_any_bytes_are_read_or_refused(content: bytes, encoding: str) -> None:
    read_or_refuse(content, **({"encoding": encoding} if encoding else {}))


@given(st.text('a1,;|\t"\\\n\r ={}[]:\ufeff\0é', max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    read_or_refuse(text.encode())


@st.composite
def mutations(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """Overwrite, insert or cut out some bytes at a few places, or cut the end off."""
    changes = draw(
        st.lists(
            st.tuples(st.floats(0, 1), st.integers(0, 12), st.binary(max_size=6)),
            min_size=1,
            max_size=5,
        )
    )
    end = draw(st.sampled_from([1.0, 1.0, 1.0, 0.9, 0.5, 0.1]))

    def mutate(content: bytes) -> bytes:
        for place, length, new in changes:
            at = int(place * len(content))
            content = content[:at] + new + content[at + length :]
        return content[: int(end * len(content))]

    return mutate


@pytest.mark.parametrize("kind", FILES)
@given(mutate=mutations())
def test_a_damaged_file_is_read_or_refused(kind: str, mutate: Callable[[bytes], bytes]) -> None:
    read_or_refuse(mutate(FILES[kind]()))
