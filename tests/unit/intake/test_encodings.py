"""Whatever is no text in its encoding comes back as the bytes that stand in the file."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.intake.text.encoding import as_in_file, first_lost_byte, guessed_codec, utf8_blocks
from tests.support.intake_files import read_behind_the_sample, read_bytes


@pytest.mark.parametrize(
    "codec", ["utf-8", "cp1252", "ascii", "utf-16-le", "utf-16-be", "utf-32-le", "cp437"]
)
@given(content=st.binary(max_size=60), size=st.integers(1, 9))
def test_bytes_survive_the_way_there_and_back(codec: str, content: bytes, size: int) -> None:
    blocks = [content[at : at + size] for at in range(0, len(content), size)]

    assert as_in_file(b"".join(utf8_blocks(blocks, codec)), codec) == content


@pytest.mark.parametrize(
    ("content", "codec", "lost"),
    [
        (b"ann,Zo\xeb", "utf-8", (0xEB, 6)),
        (b"ann,\x81", "cp1252", (0x81, 4)),
        ("ann".encode("utf-16-le") + b"\x00\xdc", "utf-16-le", (0x00, 3)),
        ("Zoë".encode(), "utf-8", None),
    ],
)
def test_the_first_byte_that_is_no_text_is_found(
    content: bytes, codec: str, lost: tuple[int, int] | None
) -> None:
    assert first_lost_byte(b"".join(utf8_blocks([content], codec)), codec) == lost


@given(st.text("order,wh\n;Ä", min_size=8), st.sampled_from(["utf-8", "utf-16-le", "utf-16-be"]))
def test_utf_16_is_told_by_its_zero_bytes(text: str, codec: str) -> None:
    assert guessed_codec(text.encode(codec)) == codec


@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "cp1252"])
def test_damage_behind_the_sample_is_given_back_as_it_stands(codec: str) -> None:
    good, bad = (
        "R1,ann\n".encode(codec),
        {"utf-8": b"\xe4", "cp1252": b"\x81", "utf-16-le": b"\x00\xdc"}[codec],
    )
    header, rows = (
        "order,who\n".encode(codec),
        [good, "R2,bob".encode(codec) + bad + "\n".encode(codec), good],
    )
    told = {"encoding": codec} if codec != "utf-8" else {}
    with tempfile.TemporaryDirectory() as folder:
        found = read_behind_the_sample(Path(folder), header + good, header + b"".join(rows), 10, **told)

    assert found.cells == [["R1", "ann"]] * 2
    assert [(row.row, row.line, row.raw) for row in found.damaged] == [(2, 3, "R2,bob".encode(codec) + bad)]
    assert f"is no {codec} text" in found.damaged[0].reason
    assert "--encoding" in str(found.finding("damaged_rows").mend)


def test_a_mark_wins_over_what_is_told(tmp_path: Path) -> None:
    content = "order,who\nR1,Zoë\n".encode("utf-8-sig")

    assert read_bytes(tmp_path, content, encoding="cp1252").cells == [["R1", "Zoë"]]


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_may_be_told(tmp_path: Path, codec: str) -> None:
    assert read_bytes(tmp_path, "order,who\nR1,Zoë\n".encode(codec), encoding="utf-16").cells == [
        ["R1", "Zoë"]
    ]
