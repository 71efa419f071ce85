"""What is said about the meaning of columns: what is missing, misspelt or guessed, and the flags to copy."""

import shlex
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from shared.intake.findings import Finding, Level
from shared.intake.source import Source
from shared.meaning.guess import near_column
from shared.meaning.mapping import Choice, Wishes, parse_pairs
from shared.meaning.profiles import absent_columns, nearest

_MEANS = {
    "event_time": "when it was bought",
    "customer_id": "who bought",
    "quantity": "how many",
    "unit_price": "at what price each",
}
_SAFE_IN_QUOTES = frozenset(" ()[]{}<>#&;|*?~'\"%^,:@/+=.-_")


@dataclass(frozen=True)
class Meaning:
    """Findings about what columns mean, and the flags that say all that is known of it."""

    findings: tuple[Finding, ...]
    flags: tuple[str, ...]


def meaning_of(choice: Choice, wishes: Wishes, names: Sequence[str]) -> Meaning:
    """Judge a choice against the columns of a file."""
    profile, told = choice.profile, parse_pairs(wishes.pairs, "--map")
    columns = told if choice.is_known else dict(profile.columns)
    findings = list(choice.findings)
    for field, column in absent_columns(profile, names).items():
        near = nearest(column, names) or near_column(field, names)
        columns[field] = near or "COLUMN"
        findings.append(_absent(field, column, near, names))
    flags: list[str] = []
    if profile.missing:
        free = [name for name in names if name not in profile.columns.values()]
        near_columns = {field: near_column(field, free) for field in profile.missing}
        flags = _flags_for(near_columns)
        findings.append(_missing(near_columns, flags, free))
    findings += _guessed(choice)
    if not any(finding.level is Level.STOP for finding in findings):
        columns = told
    return Meaning(tuple(findings), (*(pair("--map", *item) for item in columns.items()), *flags))


def _flags_for(near_columns: Mapping[str, str | None]) -> list[str]:
    """Write the flags for missing fields; beside a price, a quantity that no column says may be one."""
    has_price = near_columns.get("unit_price", "") is not None
    return [
        pair("--constant", "quantity", "1")
        if field == "quantity" and near is None and has_price
        else pair("--map", field, near or "COLUMN")
        for field, near in near_columns.items()
    ]


def told_flags(source: Source, wishes: Wishes) -> list[str]:
    """Write down what the user said, except for `--map`."""
    told: Mapping[str, str | None] = {
        "--separator": source.separator and source.separator.replace("\t", "\\t"),
        "--encoding": source.encoding,
        "--map-file": str(wishes.map_file) if wishes.map_file else None,
        "--profile": None if wishes.profile == "auto" else wishes.profile,
        "--decimal": wishes.decimal,
        "--time-format": wishes.time_format,
        "--zone": wishes.zone,
    }
    switches = {"--fill-down": wishes.fill_down, "--sort": wishes.sort}
    constants = parse_pairs(wishes.constants, "--constant")
    return [
        *(f"{flag} {quoted(text)}" for flag, text in told.items() if text),
        *(pair("--constant", *item) for item in constants.items()),
        *(flag for flag, is_set in switches.items() if is_set),
    ]


def pair(flag: str, field: str, text: str) -> str:
    """Write `--map field=Column` as a shell takes it."""
    return f"{flag} {field}={quoted(text)}"


def quoted(text: str) -> str:
    """Quote a word for a shell, with double quotes where they will do."""
    if shlex.quote(text) == text:
        return text
    is_safe = all(sign.isalnum() or sign in _SAFE_IN_QUOTES for sign in text) and '"' not in text
    return f'"{text}"' if is_safe else shlex.quote(text)


def _absent(field: str, column: str, near: str | None, names: Sequence[str]) -> Finding:
    hint = f"; the nearest is {near!r}" if near else f"; its columns are {_listed(names)}"
    return Finding(
        Level.STOP,
        "absent_column",
        f"the file has no column {column!r}, which should be {field}{hint}",
        pair("--map", field, near or "COLUMN"),
    )


def _missing(near_columns: Mapping[str, str | None], flags: Sequence[str], free: Sequence[str]) -> Finding:
    """Say in one go what no column was recognised as."""
    clauses = [
        f"{_MEANS[field]} ({field}{f', the nearest is {near!r}' if near else ''})"
        for field, near in near_columns.items()
    ]
    hint = f"; without a known meaning are {_listed(free)}" if free else "; every column has another meaning"
    mend = " ".join(flags)
    if "unit_price" in near_columns:
        mend += ", or --map amount=COLUMN for the total of a row instead of quantity and price"
    return Finding(Level.STOP, "missing_fields", f"no column says {', '.join(clauses)}{hint}", mend)


def _listed(names: Collection[str], most: int = 12) -> str:
    shown = ", ".join(repr(name) for name in list(names)[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def _guessed(choice: Choice) -> Iterable[Finding]:
    columns = choice.profile.columns
    by_name = sorted(choice.guessed - choice.by_cells)
    if by_name:
        yield Finding(
            Level.NOTE,
            "guessed_columns",
            f"what columns mean was taken from their names ({len(by_name)} of them)",
            "--map FIELD=COLUMN for another meaning",
        )
    for field in sorted(choice.by_cells):
        yield Finding(
            Level.WARN,
            "guessed_by_cells",
            f"{columns[field]!r} was taken for {field} because of what stands in it",
            f"{pair('--map', field, columns[field])} if that is right",
        )
