"""The user's own mapping: `--map field=Column` and map files in TOML."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from shared.errors import InvalidConfig
from streaming.replay.built_in import BUILT_IN, detect
from streaming.replay.profiles import REQUIRED, Profile

_KEYS = {"name": str, "zone": str, "time_format": str, "sort": bool, "columns": dict, "constants": dict}


@dataclass(frozen=True)
class Wishes:
    """What the user said about a file; the empty value leaves a thing as the profile has it."""

    profile: str = "auto"
    pairs: Sequence[str] = ()
    map_file: Path | None = None
    zone: str | None = None
    time_format: str | None = None
    sort: bool = False


def choose(wishes: Wishes, path: Path, header: Sequence[str], *, default_zone: str) -> Profile:
    """Return the profile to read a file with.

    Parameters
    ----------
    path : its name becomes the name of a mapping that has none.
    default_zone : for a mapping that states no zone.

    Raises
    ------
    InvalidConfig : an unknown profile, an incomplete mapping, or columns that nothing known fits.
    """
    columns = parse_pairs(wishes.pairs)
    if wishes.map_file is not None:
        profile = override(load(wishes.map_file, zone=default_zone), columns)
    elif wishes.profile == "auto" and set(REQUIRED) <= set(columns):
        profile = Profile(name=path.name.split(".")[0], columns=columns, zone=default_zone)
    elif wishes.profile == "auto":
        profile = override(detect(header), columns)
    else:
        profile = override(_built_in(wishes.profile), columns)
    return replace(
        profile,
        zone=wishes.zone or profile.zone,
        time_format=wishes.time_format or profile.time_format,
        sort=wishes.sort or profile.sort,
    )


def override(profile: Profile, columns: Mapping[str, str]) -> Profile:
    """Return the profile with some fields read from other columns."""
    constants = {k: v for k, v in profile.constants.items() if k not in columns}
    return replace(profile, columns={**profile.columns, **columns}, constants=constants)


def _built_in(name: str) -> Profile:
    if name not in BUILT_IN:
        msg = f"no profile {name!r}; there are auto, {', '.join(BUILT_IN)}, or your own: --map, --map-file"
        raise InvalidConfig(msg)
    return BUILT_IN[name]


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
