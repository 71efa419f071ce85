"""What columns probably mean, by their names and by what stands in them."""

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from shared.intake.findings import Finding, Level
from shared.meaning.profiles import FIELDS, NUMBERS, parts_of
from shared.meaning.vocabulary import EXPORTS, USUAL_NAMES, plain_name

_ORDER = ("event_time", "customer_id", "unit_price", "quantity", "amount")
"""Needed fields choose first among columns whose name may mean several things."""

_CLOCK_NAMES = {"time", "uhrzeit", "zeit", "hora", "heure", "tijd", "ora", "ordertime", "clock"}
_IS_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_IS_CLOCK = re.compile(r"\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[ap]\.?m\.?)?\s*$", re.IGNORECASE)
_HAS_HOURS = re.compile(r".*\d:\d|\s*\d{9,}")
_IS_TIME = re.compile(
    r"\d{4}-\d\d?-\d\d?|\d\d?[./]\d\d?[./]\d{2,4}|\d{4}[./]\d\d?[./]\d\d?|[A-Z][a-z]{2} \d\d?, \d{4}"
)
_LIKE = 0.75
"""Likeness of spelling, from 0 to 1, from which on a name is probably meant."""
_ENOUGH = 0.8
"""Share of the cells that must look like a thing for a column to be it."""


@dataclass(frozen=True)
class Guess:
    """field -> column, of which the fields `by_cells` were found by what stands in them; what was noticed."""

    columns: Mapping[str, str]
    by_cells: frozenset[str]
    findings: tuple[Finding, ...]


def guess(cells: pd.DataFrame, told: Mapping[str, str], constants: Collection[str]) -> Guess:
    """Guess the meaning of columns that were not told.

    Parameters
    ----------
    cells : the first rows as text. told : field -> column. constants : fields that need no column.
    """
    export = _export(cells)
    findings = (
        [] if export is None else [Finding(Level.NOTE, "known_export", f"looks like an export of {export}")]
    )
    columns = {**_of_export(export, cells, {*told, *constants}), **told}
    for field in (*_ORDER, *(name for name in FIELDS if name not in _ORDER)):
        if field in columns or field in constants:
            continue
        taken = _taken(columns, cells)
        found = [name for name in _named(field, cells) if name not in taken and _suits(field, cells[name])]
        if found:
            columns[field] = found[0]
    columns, by_cells = _by_cells(cells, columns, constants)
    if "event_time" in columns and "event_time" not in told:
        columns, by_cells = _with_clock(cells, columns, by_cells)
    columns = _one_amount(columns, told, constants)
    return Guess(columns, by_cells, tuple(findings))


def _of_export(export: str | None, cells: pd.DataFrame, told: Collection[str]) -> dict[str, str]:
    names = set(cells.columns)
    meaning = EXPORTS[export] if export else {}
    return {f: c for f, c in meaning.items() if f not in told and set(parts_of(c, names)) <= names}


def near_column(field: str, names: Collection[str]) -> str | None:
    """Return the column whose name is spelt most like a usual name of the field."""
    plain = {plain_name(name): name for name in names}
    likeness = [
        (difflib.SequenceMatcher(None, usual, name).ratio(), -rank, plain[name])
        for rank, usual in enumerate(USUAL_NAMES[field])
        for name in plain
    ]
    best, _, name = max(likeness, default=(0.0, 0, ""))
    return name if best >= _LIKE else None


def _export(cells: pd.DataFrame) -> str | None:
    """Return the shop system whose needed columns are all there, under its very names."""
    for export, meaning in EXPORTS.items():
        distinct = [column for field, column in meaning.items() if field in {*_ORDER, "invoice_no"}]
        parts = {part for column in distinct for part in parts_of(column, cells.columns)}
        if parts <= set(cells.columns):
            return export
    return None


def _named(field: str, cells: pd.DataFrame) -> Iterator[str]:
    plain: dict[str, str] = {}
    for name in cells.columns:
        plain.setdefault(plain_name(name), name)
    yield from (plain[usual] for usual in USUAL_NAMES[field] if usual in plain)


def _suits(field: str, column: "pd.Series[str]") -> bool:
    """Whether what stands in a column can be what its name says; an empty one says nothing."""
    if column.empty:
        return True  # no row can be read, so that the names alone must do
    filled = column[column != ""]
    if filled.empty:
        return False
    if field == "event_id":  # the numbers of lines within their orders are no ids of rows
        return bool(2 * filled.nunique() >= len(filled))
    if field in NUMBERS or field == "event_time":
        return bool(filled.str.contains(r"\d").mean() >= _ENOUGH)
    return True


def _with_clock(
    cells: pd.DataFrame, columns: Mapping[str, str], by_cells: frozenset[str]
) -> tuple[dict[str, str], frozenset[str]]:
    """Add to a column of days the one of hours; one of another name than usual is doubtful."""
    day, taken = columns["event_time"], _taken(columns, cells)
    if day not in cells.columns or _share(cells[day], _HAS_HOURS) > 0:
        return dict(columns), by_cells
    clocks = [
        name for name in cells.columns if name not in taken and _share(cells[name], _IS_CLOCK) >= _ENOUGH
    ]
    if not clocks:
        return dict(columns), by_cells
    clock = next((name for name in clocks if plain_name(name) in _CLOCK_NAMES), clocks[0])
    is_usual = plain_name(clock) in _CLOCK_NAMES
    return {**columns, "event_time": f"{day}+{clock}"}, by_cells if is_usual else by_cells | {"event_time"}


def _by_cells(
    cells: pd.DataFrame, columns: Mapping[str, str], constants: Collection[str]
) -> tuple[dict[str, str], frozenset[str]]:
    """Find a time and a customer among columns of unknown names, where only one of them can be it."""
    found = dict(columns)
    for field, pattern in (("event_time", _IS_TIME), ("customer_id", _IS_MAIL)):
        if field in columns or field in constants:
            continue
        taken = _taken(found, cells)
        like = [
            name for name in cells.columns if name not in taken and _share(cells[name], pattern) >= _ENOUGH
        ]
        if len(like) == 1:
            found[field] = like[0]
    return found, frozenset(found) - frozenset(columns)


def _share(column: "pd.Series[str]", pattern: re.Pattern[str]) -> float:
    filled = column[column != ""]
    return 0.0 if filled.empty else float(filled.str.match(pattern).mean())


def _taken(columns: Mapping[str, str], cells: pd.DataFrame) -> set[str]:
    return {part for column in columns.values() for part in parts_of(column, cells.columns)}


def _one_amount(
    columns: Mapping[str, str], told: Mapping[str, str], constants: Collection[str]
) -> dict[str, str]:
    """Keep quantity and price where both are known and the amount was not told, else the amount."""
    factors = {"quantity", "unit_price"}
    given = {*columns, *constants}
    told_factor = factors & {*told, *constants}
    drop = {"amount"} if (factors <= given or told_factor) and "amount" not in told else factors - told_factor
    return {field: column for field, column in columns.items() if "amount" not in given or field not in drop}
