"""No row is lost, shifted or invented, whatever is damaged."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.support.intake_files import read_behind_the_sample, small_blocks

HEADER = "order,when,who,qty,price"


KINDS: dict[str, Callable[[list[str], int], bytes]] = {
    "cell missing": lambda cells, at: ",".join(cells[:at] + cells[at + 1 :]).encode(),
    "cell too many": lambda cells, at: ",".join([*cells[:at], "50", *cells[at:]]).encode(),
    "quote opened": lambda cells, at: ",".join([*cells[:at], '"' + cells[at], *cells[at + 1 :]]).encode(),
    "quote closed": lambda cells, at: ",".join([*cells[:at], cells[at] + '"', *cells[at + 1 :]]).encode(),
    "text after quote": lambda cells, at: ",".join(
        [*cells[:at], f'"{cells[at]}" x', *cells[at + 1 :]]
    ).encode(),
    "zero byte": lambda cells, at: ",".join(cells).encode() + b"\0",
    "no text": lambda cells, at: ",".join(cells).encode() + b"\xe4",
    "header again": lambda cells, at: HEADER.encode(),
}


def undamaged(cells: list[str], at: int) -> bytes:
    return ",".join(cells).encode()


@st.composite
def files(draw: st.DrawFn) -> tuple[list[bytes], set[int], str]:
    """Lines below a header, which of them are damaged (never two on end), and what ends them."""
    count = draw(st.integers(6, 40))
    lines, bad = [], set()
    for number in range(count):
        cells = [
            f"R{number}",
            f"2024-01-{number % 28 + 1:02d}",
            f"c{number % 7}",
            str(number % 5),
            f"{number}.50",
        ]
        # the first rows teach what a row looks like
        is_damaged = number > 3 and number - 1 not in bad and draw(st.booleans())
        if is_damaged:
            bad.add(number)
        damage = KINDS[draw(st.sampled_from(sorted(KINDS)))] if is_damaged else undamaged
        lines.append(damage(cells, draw(st.integers(0, 4))))
    blanks = draw(st.lists(st.integers(0, count), max_size=3))
    for at in sorted(blanks, reverse=True):
        lines.insert(at, b"")
    return lines, bad, draw(st.sampled_from(["\n", "\r\n", "\r"]))


@given(files(), st.integers(16, 400), st.integers(1, 50))
def test_rows_and_damaged_rows_are_all_lines_of_the_file(
    file: tuple[list[bytes], set[int], str], block: int, chunk: int
) -> None:
    lines, _, line_end = file
    content = line_end.encode().join([HEADER.encode(), *lines, b""])
    with tempfile.TemporaryDirectory() as folder, small_blocks(block):
        looked_at = content.replace(b"\xe4", b"a")  # a look stops at bytes that are no text
        read = read_behind_the_sample(Path(folder), looked_at, content, chunk)

    filled = [number for number, line in enumerate(lines, 2) if line]
    found = sorted([*read.lines, *(row.line for row in read.damaged)])
    assert found == filled
    assert sorted([*read.rows, *(row.row for row in read.damaged)]) == list(range(1, len(filled) + 1))
    assert read.blank_lines == len(lines) - len(filled)
    for row in read.damaged:
        assert row.raw == lines[row.line - 2]
    for line, cells in zip(read.lines, read.cells, strict=True):
        assert cells == [
            cell.strip('"') if cell.startswith('"') else cell for cell in lines[line - 2].decode().split(",")
        ]
