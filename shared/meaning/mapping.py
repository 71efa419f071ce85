"""What the user said of a file's columns, and what is found where nothing was said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from shared.errors import InvalidConfig
from shared.intake.findings import Finding
from shared.meaning.built_in import BUILT_IN, detect
from shared.meaning.guess import guess
from shared.meaning.map_file import load
from shared.meaning.profiles import Profile, missing_fields


@dataclass(frozen=True)
class Wishes:
    """What the user said about a file; the empty value leaves a thing to be found.

    pairs, constants : `field=COLUMN` and `field=VALUE`.
    """

    profile: str = "auto"
    pairs: Sequence[str] = ()
    map_file: Path | None = None
    constants: Sequence[str] = ()
    zone: str | None = None
    time_format: str | None = None
    decimal: str | None = None
    sort: bool = False
    fill_down: bool = False


@dataclass(frozen=True)
class Choice:
    """A profile, which of its fields were guessed, which of these by their cells alone, and what was noticed.

    is_known : it is a built-in profile or a map file, with the user's changes.
    """

    profile: Profile
    is_known: bool = False
    guessed: frozenset[str] = frozenset()
    by_cells: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = field(default=())


def choose(wishes: Wishes, path: Path, cells: pd.DataFrame, *, default_zone: str) -> Choice:
    """Return the profile to read a file with; what it lacks, `Profile.missing` says.

    A map file and a named profile are taken as they are, `--map` and `--constant` change them. Otherwise a
    data set that is known is recognised, and what was not told is guessed.

    Parameters
    ----------
    path : its name becomes the name of a mapping that has none.
    cells : the first rows as text.
    default_zone : for a mapping that states no zone.

    Raises
    ------
    InvalidConfig : an unknown profile or field, or a map file that cannot be read.
    """
    columns, constants = parse_pairs(wishes.pairs, "--map"), parse_pairs(wishes.constants, "--constant")
    is_complete = not missing_fields({*columns, *constants})
    known = _known(wishes, cells, default_zone, is_complete=is_complete)
    if known is not None:
        return Choice(_with_flags(override(known, columns, constants), wishes), is_known=True)
    found = guess(cells, columns, constants)
    profile = Profile(path.name.split(".")[0], found.columns, constants, zone=default_zone)
    guessed = frozenset(found.columns) - frozenset(columns)
    return Choice(
        _with_flags(profile, wishes), guessed=guessed, by_cells=found.by_cells, findings=found.findings
    )


def override(profile: Profile, columns: Mapping[str, str], constants: Mapping[str, str]) -> Profile:
    """Return the profile with some fields read from other columns, or fixed."""
    told = {*columns, *constants}
    if "amount" in told:
        told |= {"quantity", "unit_price"} - told
    elif told & {"quantity", "unit_price"}:
        told |= {"amount"}
    kept = ({k: v for k, v in old.items() if k not in told} for old in (profile.columns, profile.constants))
    old_columns, old_constants = kept
    return replace(profile, columns=old_columns | dict(columns), constants=old_constants | dict(constants))


def parse_pairs(pairs: Sequence[str], flag: str) -> dict[str, str]:
    """Read `field=Column` arguments; a column's name may itself contain `=`.

    Raises
    ------
    InvalidConfig : a pair without `=`, or a field given twice.
    """
    what, example = {
        "--map": ("COLUMN", "customer_id=CustomerID"),
        "--constant": ("VALUE", "quantity=1"),
    }[flag]
    texts: dict[str, str] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not (name and equals and text):
            msg = f"{flag} takes field={what}, got {pair!r}; for example {flag} {example}"
            raise InvalidConfig(msg)
        if name in texts:
            msg = f"{flag} gives {name} twice ({texts[name]!r} and {text!r}); keep one"
            raise InvalidConfig(msg)
        texts[name] = text
    return texts


def _known(wishes: Wishes, cells: pd.DataFrame, default_zone: str, *, is_complete: bool) -> Profile | None:
    if wishes.map_file is not None:
        return load(wishes.map_file, zone=default_zone)
    if wishes.profile != "auto":
        return _built_in(wishes.profile)
    return None if is_complete else detect(cells)


def _built_in(name: str) -> Profile:
    if name not in BUILT_IN:
        msg = f"no profile {name!r}; there are auto, {', '.join(BUILT_IN)}, or your own: --map, --map-file"
        raise InvalidConfig(msg)
    return BUILT_IN[name]


def _with_flags(profile: Profile, wishes: Wishes) -> Profile:
    return replace(
        profile,
        zone=wishes.zone or profile.zone,
        time_format=wishes.time_format or profile.time_format,
        decimal=wishes.decimal or profile.decimal,
        sort=wishes.sort or profile.sort,
        fill_down=wishes.fill_down or profile.fill_down,
    )
