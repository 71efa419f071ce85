"""JSON values as rows of text."""

import json
from collections.abc import Iterator
from typing import NamedTuple


class Digits(str):
    """A number as it stands in the file: `5.00` stays `5.00`."""

    __slots__ = ()


decoder = json.JSONDecoder(parse_float=Digits, parse_int=Digits, parse_constant=Digits)


class Element(NamedTuple):
    """One value of a document. start, end : where it stands. value : None where it cannot be read."""

    start: int
    end: int
    value: object
    reason: str | None


def flat_row(record: dict[str, object]) -> dict[str, str]:
    """Write a record's values as text, one level of records within it as `outer.inner`."""
    row: dict[str, str] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            row |= {f"{name}.{inner}": as_text(cell) for inner, cell in value.items()}
        else:
            row[name] = as_text(value)
    return row


def nested_names(record: dict[str, object]) -> Iterator[str]:
    """Give the columns of a record whose values are lists, or records within records."""
    for name, value in record.items():
        if isinstance(value, list):
            yield name
        if isinstance(value, dict):
            yield from (f"{name}.{inner}" for inner, cell in value.items() if isinstance(cell, (dict, list)))


def as_text(value: object) -> str:
    """Write a value: text as it is, nothing for null, lists and records as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return _as_json(value)


def _as_json(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(name)}:{_as_json(cell)}" for name, cell in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_as_json, value)) + "]"
    return str(value) if isinstance(value, Digits) else json.dumps(value)


def elements(text: str, start: int) -> Iterator[Element]:
    """Give the values that stand one after the other, up to the end of their list or of the text.

    What cannot be read goes to the end: nothing tells where the next value begins. A list that is not
    closed ends with one that says so.
    """
    at = _skipped(text, start)
    while at < len(text) and text[at] != "]":
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            yield Element(at, len(text), None, f"no JSON from here on ({_short(error)})")
            return
        yield Element(at, end, value, None if isinstance(value, dict) else "no JSON object")
        at = _skipped(text, end)
    if start and at == len(text):
        yield Element(at, at, None, "the list is not closed here: the file is cut short")


def _skipped(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n,":
        at += 1
    return at


def _short(error: Exception) -> str:
    return getattr(error, "msg", None) or "nested too deeply"


class RecordList(NamedTuple):
    """A list of records within a record. path : of names. start : behind its bracket."""

    path: tuple[str, ...]
    start: int


def record_lists(text: str, at: int, path: tuple[str, ...] = ()) -> Iterator[RecordList]:
    """Find the lists of records in the record that begins here, those in records within it as well."""
    at = _skipped(text, at + 1)
    while text.startswith('"', at):
        try:
            name, at = decoder.raw_decode(text, at)
            at = _skipped(text, _skipped(text, at) + 1)
            if text.startswith("{", at):
                yield from record_lists(text, at, (*path, str(name)))
            elif text.startswith("[", at) and text.startswith("{", _skipped(text, at + 1)):
                yield RecordList((*path, str(name)), at + 1)
            at = _skipped(text, decoder.raw_decode(text, at)[1])
        except (ValueError, RecursionError):
            return


def record_of(text: str) -> dict[str, object] | str:
    """Read one line; gives the reason where it is no record."""
    try:
        value = decoder.decode(text)
    except (ValueError, RecursionError) as error:
        return f"no JSON ({_short(error)})"
    return value if isinstance(value, dict) else "no JSON object"
