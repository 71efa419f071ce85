"""Which columns of a file are the ones a study reads."""

import difflib
from collections.abc import Mapping, Sequence

from batch.studies.reading.columns import DataFile, StudyColumn
from shared.errors import InvalidConfig
from shared.intake.layout import Layout


def matched(file: DataFile, columns: Sequence[StudyColumn], layout: Layout) -> dict[str, str]:
    """Return the study's name of each column -> the file's; an optional one that it lacks is left out.

    Raises
    ------
    InvalidConfig : columns are missing or stand there twice; the message names all of them.
    """
    _check_names(file, columns)
    read = [column for column in columns if not _is_left_out(column, file, layout.names)]
    wanted = {column.name: file.name_of(column) for column in read}
    problems = [problem for column in read for problem in _problems(column, file, layout.names)]
    if problems:
        as_read = f"as {layout.kind}"
        if layout.separator:
            as_read = f"separated by {layout.separator!r}"
        as_read = f"its header, {as_read}, has: {', '.join(map(repr, layout.names))}"
        msg = f"{file.path}: {'; '.join(problems)}\n{as_read}\n{_next_step(read, layout.names, wanted)}"
        raise InvalidConfig(msg)
    return wanted


def _check_names(file: DataFile, columns: Sequence[StudyColumn]) -> None:
    known = [column.name for column in columns]
    for flag, told in (("--map", file.columns), ("--placeholder", file.placeholders)):
        unknown = sorted(set(told) - set(known))
        if unknown:
            read = f"it reads {', '.join(known)}"
            msg = f"{flag} names {', '.join(unknown)}, which this study does not read; {read}"
            raise InvalidConfig(msg)


def _is_left_out(column: StudyColumn, file: DataFile, names: Sequence[str]) -> bool:
    """Tell whether the study goes on without it; one that --map names must be there."""
    return column.is_optional and column.name not in file.columns and column.name not in names


def _problems(column: StudyColumn, file: DataFile, names: Sequence[str]) -> list[str]:
    name = file.name_of(column)
    if f"{name} (2)" in names and column.name not in file.columns:
        return [f"column {name!r} stands there more than once"]
    if name in names:
        return []
    near = _near(name, names)
    hint = f", did you mean {near!r}?" if near else ""
    return [f"no column {name!r} ({column.meaning}){hint}"]


def _near(name: str, names: Sequence[str]) -> str | None:
    """Find what was probably meant; case and blanks do not count."""
    plain = {other.strip().casefold(): other for other in names}
    close = difflib.get_close_matches(name.strip().casefold(), plain, n=1, cutoff=0.5)
    return plain[close[0]] if close else None


def _next_step(columns: Sequence[StudyColumn], names: Sequence[str], wanted: Mapping[str, str]) -> str:
    """Show the flags to add, with the nearest names filled in."""
    unclear = [name for name in (column.name for column in columns) if wanted[name] not in names]
    doubled = [name for name in wanted if name not in unclear and f"{wanted[name]} (2)" in names]
    flags = [f'--map "{name}={_near(wanted[name], names) or "…"}"' for name in unclear]
    flags += [f'--map "{name}={wanted[name]}"' for name in doubled]
    return f"say which columns they are: {' '.join(flags)}"
