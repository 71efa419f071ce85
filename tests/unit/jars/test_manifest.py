"""What is on disk is what the manifest pins, or it is refused."""

import hashlib
import os
from pathlib import Path

import pytest

from shared.adapters.jars import manifest as module
from shared.adapters.jars.manifest import Manifest, check_all, check_quickly, read_manifest
from shared.errors import StartRefused


@pytest.fixture
def pinned(tmp_path: Path) -> tuple[Path, Manifest]:
    folder = tmp_path / "jars"
    folder.mkdir()
    lines = ["# what this is"]
    for name in ("a-1.jar", "b-2.jar"):
        (folder / name).write_bytes(name.encode())
        lines.append(f"{hashlib.sha256(name.encode()).hexdigest()}  {name}")
    (tmp_path / "jars.txt").write_text("\n".join(lines) + "\n", "utf-8")
    return folder, read_manifest(tmp_path / "jars.txt")


def test_the_pinned_files_pass(pinned: tuple[Path, Manifest]) -> None:
    folder, manifest = pinned
    check_all(folder, manifest)
    check_quickly(folder, manifest)


def test_a_changed_file_is_refused_by_name(pinned: tuple[Path, Manifest]) -> None:
    folder, manifest = pinned
    (folder / "b-2.jar").write_bytes(b"B-2.jar")

    with pytest.raises(StartRefused, match=r"b-2\.jar has sha256 .* pinned .*; remove that folder"):
        check_all(folder, manifest)


def test_a_file_changed_after_the_full_check_is_refused_at_the_next_start(
    pinned: tuple[Path, Manifest],
) -> None:
    folder, manifest = pinned
    check_all(folder, manifest)
    (folder / "a-1.jar").write_bytes(b"A-1.jar")

    with pytest.raises(StartRefused, match=r"a-1\.jar"):
        check_quickly(folder, manifest)


def test_missing_and_unknown_files_are_refused(pinned: tuple[Path, Manifest]) -> None:
    folder, manifest = pinned
    (folder / "a-1.jar").rename(folder / "c-3.jar")

    with pytest.raises(StartRefused, match=r"a-1\.jar is missing; c-3\.jar is not in the manifest"):
        check_all(folder, manifest)


def test_an_unchanged_folder_is_not_hashed_again(
    pinned: tuple[Path, Manifest], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, manifest = pinned
    check_all(folder, manifest)
    monkeypatch.setattr(module, "check_all", lambda *_: pytest.fail("hashed again"))

    check_quickly(folder, manifest)


def test_a_copied_folder_with_other_times_is_hashed_again_and_passes(pinned: tuple[Path, Manifest]) -> None:
    folder, manifest = pinned
    check_all(folder, manifest)
    os.utime(folder / "a-1.jar", (1, 1))

    check_quickly(folder, manifest)


def test_another_pin_means_another_folder(pinned: tuple[Path, Manifest]) -> None:
    _, manifest = pinned
    other = Manifest(manifest.source, manifest.sha256 | {"a-1.jar": "0" * 64})

    assert other.digest != manifest.digest
