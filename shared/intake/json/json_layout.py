"""Where the records of a JSON file stand, and which fields they have."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from shared.errors import InvalidConfig
from shared.intake.findings import Finding, Level
from shared.intake.json.json_values import (
    RecordList,
    elements,
    flat_row,
    nested_names,
    record_lists,
    record_of,
)
from shared.intake.text.header import unique_names

_BEGINNING = re.compile(r'\s*(?:\{\s*["}]|\[\s*[{\]])')
_FIRST_LINES = 10

Fields = dict[str, object]


@dataclass(frozen=True)
class JsonForm:
    """Where the records stand, and the fields that are columns.

    start : of the values that follow each other, in signs of the text; None where each line is a record.
    """

    start: int | None
    fields: tuple[str, ...]


@dataclass(frozen=True)
class JsonLayout:
    """What was found in the first records. Fields that no record of the sample has are not read."""

    form: JsonForm
    names: tuple[str, ...]
    findings: tuple[Finding, ...]


def is_json(text: str) -> bool:
    """Tell JSON by how it begins; `[Order],[Date]` is a header."""
    return _BEGINNING.match(text) is not None


def find_json_layout(path: Path, text: str, limit: int) -> JsonLayout:
    """Look at the first records of a JSON text.

    Raises
    ------
    InvalidConfig : there are none, or several lists of them.
    """
    lists = list(record_lists(text, text.index("{"))) if text.lstrip().startswith("{") else []
    lines = [line for line in islice(text.split("\n"), limit) if line.strip()]
    start = _start(path, text, lines, lists)
    values = (
        map(record_of, lines) if start is None else (e.value for e in islice(elements(text, start), limit))
    )
    records = [value for value in values if isinstance(value, dict)]
    if not any(records):
        msg = f"{path} is JSON without records; a list of records is needed, or one record a line"
        raise InvalidConfig(msg)
    findings = [_chosen(lists[0])] if lists and start else []
    fields = tuple(dict.fromkeys(name for record in records for name in flat_row(record)))
    names, repeated = unique_names([name.strip() for name in fields], 1)
    return JsonLayout(JsonForm(start, fields), names, (*findings, *repeated, *_nested(records)))


def _start(path: Path, text: str, lines: list[str], lists: list[RecordList]) -> int | None:
    if text.lstrip().startswith("["):
        return text.index("[") + 1
    if _are_lines(lines, lists):
        return None
    return _only_list(path, lists).start if lists else 0


def _are_lines(lines: list[str], lists: list[RecordList]) -> bool:
    """Tell whether each line is a record; one line alone may be a record around a list of them."""
    if len(lines) == 1 and lists:
        return False
    return any(isinstance(record_of(line), dict) for line in lines[:_FIRST_LINES])


def _only_list(path: Path, lists: list[RecordList]) -> RecordList:
    if len(lists) > 1:
        names = [".".join(found.path) for found in lists]
        which = f"{len(lists)} lists of records: {', '.join(names)}"
        msg = f"{path} holds {which}; give one of them: jq .{names[0]} {path.name} > one.json"
        raise InvalidConfig(msg)
    return lists[0]


def _chosen(found: RecordList) -> Finding:
    return Finding(
        Level.NOTE, "record_list", f"the rows are the records of the list {'.'.join(found.path)!r}"
    )


def _nested(records: Iterable[Fields]) -> list[Finding]:
    names = list(dict.fromkeys(name for record in records for name in nested_names(record)))
    if not names:
        return []
    message = f"fields that hold lists or records are read as one text: {', '.join(map(repr, names))}"
    mend = "if they hold what is needed, flatten them before, one record for each"
    return [Finding(Level.WARN, "nested_columns", message, mend)]
