"""A manifest pins files by sha256: what is on disk is either exactly that, or refused."""

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from shared.errors import StartRefused

_MARKER = "checked.json"


@dataclass(frozen=True)
class Manifest:
    """File names and their sha256, in the order of the file `source`."""

    source: Path
    sha256: dict[str, str]

    @property
    def digest(self) -> str:
        """A short name for this exact content: another pin means another folder."""
        lines = "\n".join(f"{value}  {name}" for name, value in sorted(self.sha256.items()))
        return hashlib.sha256(lines.encode()).hexdigest()[:12]


def read_manifest(path: Path) -> Manifest:
    """Read lines of `sha256  name`, as `sha256sum` prints them."""
    pairs = (
        line.split() for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")
    )
    return Manifest(path, {name: sha256 for sha256, name in pairs})


def check_all(folder: Path, manifest: Manifest) -> None:
    """Compare every file with its sha256 and remember size and time of each for `check_quickly`.

    Raises
    ------
    StartRefused : a file is missing, unknown or differs.
    """
    wrong = _differences(folder, manifest)
    if wrong:
        msg = (
            f"{folder} does not hold what {manifest.source.name} pins: {'; '.join(wrong)}; "
            "remove that folder and start again to download anew"
        )
        raise StartRefused(msg)
    with suppress(OSError):  # a read-only folder, as in an image, is checked in full each time
        (folder / _MARKER).write_text(json.dumps(_stamps(folder, manifest)), "utf-8")


def check_quickly(folder: Path, manifest: Manifest) -> None:
    """Compare sizes and times with those of the last full check; check fully if any moved."""
    try:
        seen = json.loads((folder / _MARKER).read_text("utf-8"))
        if seen == _stamps(folder, manifest):
            return
    except (OSError, ValueError):
        pass  # no usable memory of a check: the full one decides
    check_all(folder, manifest)


def _differences(folder: Path, manifest: Manifest) -> list[str]:
    present = {path.name for path in folder.iterdir() if path.name != _MARKER}
    wrong = [f"{name} is missing" for name in sorted(manifest.sha256.keys() - present)]
    wrong += [f"{name} is not in the manifest" for name in sorted(present - manifest.sha256.keys())]
    for name in sorted(present & manifest.sha256.keys()):
        found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        if found != manifest.sha256[name]:
            wrong.append(f"{name} has sha256 {found[:12]}..., pinned {manifest.sha256[name][:12]}...")
    return wrong


def _stamps(folder: Path, manifest: Manifest) -> dict[str, list[int]]:
    stats = {name: (folder / name).stat() for name in manifest.sha256}
    return {name: [stat.st_size, stat.st_mtime_ns] for name, stat in stats.items()}
