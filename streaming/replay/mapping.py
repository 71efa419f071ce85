"""The user's own mapping: `--map field=Column` and map files in TOML."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from shared.errors import InvalidConfig
from streaming.replay.profiles import Profile

_KEYS = {"name": str, "zone": str, "time_format": str, "sort": bool, "columns": dict, "constants": dict}


def parse_pairs(pairs: Sequence[str]) -> dict[str, str]:
    """Read `field=Column` arguments; a column's name may itself contain `=`.

    Raises
    ------
    InvalidConfig : a pair without `=`, or a field given twice.
    """
    columns: dict[str, str] = {}
    for pair in pairs:
        name, equals, column = pair.partition("=")
        if not (name and equals and column):
            msg = f"--map takes field=COLUMN, got {pair!r}; for example --map customer_id=CustomerID"
            raise InvalidConfig(msg)
        if name in columns:
            msg = f"--map gives {name} twice ({columns[name]!r} and {column!r}); keep one"
            raise InvalidConfig(msg)
        columns[name] = column
    return columns


def from_pairs(name: str, columns: Mapping[str, str], *, zone: str) -> Profile:
    """Build a profile from nothing but column names."""
    return Profile(name=name, columns=dict(columns), zone=zone)


def override(profile: Profile, columns: Mapping[str, str]) -> Profile:
    """Return the profile with some fields read from other columns."""
    constants = {k: v for k, v in profile.constants.items() if k not in columns}
    return replace(profile, columns={**profile.columns, **columns}, constants=constants)


def load(path: Path, *, zone: str) -> Profile:
    """Read a map file; docs/events.md shows one.

    Parameters
    ----------
    path : TOML with `[columns]`, and optionally `name`, `zone`, `time_format`, `sort`, `[constants]`.
    zone : used when the file states none.

    Raises
    ------
    InvalidConfig : unreadable, not TOML, an unknown key, or a value of another type.
    """
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"cannot read the map file {path}: {error}; it is TOML with a table [columns]"
        raise InvalidConfig(msg) from error
    _check(tree, path)
    return Profile(
        name=tree.get("name", path.stem),
        columns=tree.get("columns", {}),
        constants=tree.get("constants", {}),
        zone=tree.get("zone", zone),
        time_format=tree.get("time_format"),
        sort=tree.get("sort", False),
    )


def _check(tree: dict[str, Any], path: Path) -> None:
    for key, value in tree.items():
        expected = _KEYS.get(key)
        if expected is None:
            msg = f"{path} has the unknown key {key!r}; known keys are: {', '.join(_KEYS)}"
            raise InvalidConfig(msg)
        texts = value.values() if isinstance(value, dict) else ()
        if not isinstance(value, expected) or not all(isinstance(text, str) for text in texts):
            msg = f"{path}: {key} should be {_name(expected)}, got {value!r}"
            raise InvalidConfig(msg)


def _name(kind: type) -> str:
    return {str: "text", bool: "true or false", dict: "a table of texts"}[kind]
