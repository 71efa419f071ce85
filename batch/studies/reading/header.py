"""How a file is separated, and which of its columns are the ones a study reads."""

import csv
import difflib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from batch.studies.reading.columns import Column, CsvFile
from batch.studies.reading.encoding import codec, open_bytes
from shared.errors import InvalidConfig

SEPARATORS = (",", ";", "\t", "|")
_FIRST_BYTES = 1 << 16


@dataclass(frozen=True)
class Header:
    """The first line of a file.

    Parameters
    ----------
    names : every column of the file. found : the study's name of a column -> the file's.
    """

    separator: str
    names: tuple[str, ...]
    found: Mapping[str, str]


def read_header(file: CsvFile, columns: Sequence[Column]) -> Header:
    """Find the separator and the columns; text in the file's encoding is a precondition.

    Raises
    ------
    InvalidConfig : columns are missing or stand there twice; the message names all of them.
    """
    _check_map(file, columns)
    wanted = {column.name: file.name_of(column) for column in columns}
    separator, names = _separated(_first_line(file), file.separator, set(wanted.values()))
    problems = [problem for column in columns for problem in _problems(column, file, names)]
    if problems:
        as_read = f"its header, separated by {separator!r}, has: {', '.join(map(repr, names))}"
        msg = f"{file.path}: {'; '.join(problems)}\n{as_read}\n{_next_step(columns, names, wanted)}"
        raise InvalidConfig(msg)
    return Header(separator, tuple(names), wanted)


def _check_map(file: CsvFile, columns: Sequence[Column]) -> None:
    known = [column.name for column in columns]
    unknown = sorted(set(file.columns) - set(known))
    if unknown:
        msg = f"--map names {', '.join(unknown)}, which this study does not read; it reads {', '.join(known)}"
        raise InvalidConfig(msg)


def _first_line(file: CsvFile) -> str:
    """Return the header, which may go over several lines where names are quoted."""
    with open_bytes(file.path) as raw:
        return raw.read(_FIRST_BYTES).decode(codec(file.encoding), errors="ignore")


def _separated(text: str, separator: str | None, wanted: set[str]) -> tuple[str, list[str]]:
    """Take the separator under which most of the wanted names appear, then the one with most columns."""
    choices = (separator,) if separator else SEPARATORS
    headers = [(sign, next(csv.reader(io.StringIO(text), delimiter=sign), [])) for sign in choices]
    return max(headers, key=lambda header: (len(wanted & set(header[1])), len(header[1])))


def _problems(column: Column, file: CsvFile, names: Sequence[str]) -> list[str]:
    name = file.name_of(column)
    if names.count(name) == 1:
        return []
    if name in names:
        return [f"column {name!r} stands there {names.count(name)} times"]
    near = _near(name, names)
    hint = f", did you mean {near!r}?" if near else ""
    return [f"no column {name!r} ({column.meaning}){hint}"]


def _near(name: str, names: Sequence[str]) -> str | None:
    """Find what was probably meant; case and blanks do not count."""
    plain = {other.strip().casefold(): other for other in names}
    close = difflib.get_close_matches(name.strip().casefold(), plain, n=1, cutoff=0.5)
    return plain[close[0]] if close else None


def _next_step(columns: Sequence[Column], names: Sequence[str], wanted: Mapping[str, str]) -> str:
    """Show the flags to add, with the nearest names filled in."""
    missing = [column.name for column in columns if wanted[column.name] not in names]
    if not missing:
        return "keep one of each"
    flags = (f'--map "{name}={_near(name, names) or "…"}"' for name in missing)
    return f"say which columns they are: {' '.join(flags)}"
