"""A mapping of one's own in TOML; docs/events.md shows one."""

import tomllib
from pathlib import Path
from typing import Any

from shared.errors import InvalidConfig
from shared.meaning.profiles import Profile, did_you_mean

_KEYS = {
    "name": str,
    "zone": str,
    "time_format": str,
    "decimal": str,
    "sort": bool,
    "fill_down": bool,
    "columns": dict,
    "constants": dict,
}


def load(path: Path, *, zone: str) -> Profile:
    """Read a map file.

    Parameters
    ----------
    path : TOML with `[columns]`, and optionally `[constants]` and the other keys.
    zone : used when the file states none.

    Raises
    ------
    InvalidConfig : unreadable, not TOML, an unknown key or field, or a value of another type.
    """
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"cannot read the map file {path}: {error}; it is TOML with a table [columns]"
        raise InvalidConfig(msg) from error
    _check(tree, path)
    return Profile(**{"name": path.stem, "columns": {}, "zone": zone, **tree})


def _check(tree: dict[str, Any], path: Path) -> None:
    for key, value in tree.items():
        expected = _KEYS.get(key)
        if expected is None:
            guess = did_you_mean(key, _KEYS)
            msg = f"{path} has the unknown key {key!r}{guess}; known keys are: {', '.join(_KEYS)}"
            raise InvalidConfig(msg)
        texts = value.values() if isinstance(value, dict) else ()
        if not isinstance(value, expected) or not all(isinstance(text, str) for text in texts):
            msg = f"{path}: {key} should be {_name(expected)}, got {value!r}"
            raise InvalidConfig(msg)


def _name(kind: type) -> str:
    return {str: "text", bool: "true or false", dict: "a table of texts"}[kind]
