"""Files are complete or as they were."""

from pathlib import Path

import pytest

from shared.atomic_file import replacing, write_text


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    write_text(tmp_path / "a.json", "old and long")
    write_text(tmp_path / "a.json", "Crème")

    assert (tmp_path / "a.json").read_bytes() == "Crème".encode()
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_what_fails_half_way_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("old")

    with pytest.raises(ZeroDivisionError):
        _write_half(tmp_path / "a.txt")

    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.txt", "old")]


def _write_half(path: Path) -> None:
    with replacing(path) as draft:
        draft.write_text("half")
        raise ZeroDivisionError
