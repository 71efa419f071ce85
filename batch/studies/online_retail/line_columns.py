"""Which columns of any shop's file make invoice lines: told, known or guessed as `replay` does it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import pandas as pd

from batch.studies.reading import DataFile, StudyColumn
from shared.errors import InvalidConfig
from shared.intake.findings import Finding, Level
from shared.intake.layout import SAMPLE_ROWS, find_layout
from shared.intake.reading import tables
from shared.meaning.column_meanings import meaning_of
from shared.meaning.mapping import Wishes, choose
from shared.meaning.profiles import Profile, parts_of

CLOCK = "clock"
"""The second column of a time that is written in two."""

COLUMNS: Mapping[str, StudyColumn] = MappingProxyType(
    {
        column.name: column
        for column in (
            StudyColumn("event_time", "date", "when it was bought"),
            StudyColumn(CLOCK, "text", "at what hour", is_dirty=True),
            StudyColumn("customer_id", "id", "who bought; may be empty", is_dirty=True),
            StudyColumn("invoice_no", "id", "invoice or order; one that starts with C cancels"),
            StudyColumn("stock_code", "id", "article", is_dirty=True),
            StudyColumn("description", "text", "name of the article", is_dirty=True),
            StudyColumn("quantity", "number", "items on the line, negative if they came back"),
            StudyColumn("unit_price", "number", "price of one item"),
            StudyColumn("amount", "number", "value of the line, instead of quantity and price"),
            StudyColumn("currency", "text", "one for the whole file", is_dirty=True),
            StudyColumn("country", "text", "country of the customer", is_dirty=True),
        )
    }
)
"""Field of a line -> how its column is read."""


@dataclass(frozen=True, eq=False)
class LineColumns:
    """A file of lines that was understood.

    file : with its name of every column. columns : those that are read. profile : what they mean.
    findings : what was guessed.
    """

    file: DataFile
    columns: tuple[StudyColumn, ...]
    profile: Profile
    findings: tuple[Finding, ...]


def understand(file: DataFile) -> LineColumns:
    """Find the columns of lines by what was told, by their names and by what stands in them.

    Raises
    ------
    InvalidConfig : who, when or how much is in no column, or a column that was told is not there.
    """
    layout = find_layout(file.source)
    sample = next(tables(file.source, layout, SAMPLE_ROWS), None)
    cells = pd.DataFrame(columns=list(layout.names), dtype="str") if sample is None else sample.cells
    wishes = Wishes(
        pairs=_pairs(file.columns),
        constants=_pairs(file.constants),
        zone=file.zone,
        time_format=file.time_format,
        decimal=file.decimal,
    )
    choice = choose(wishes, file.path, cells, default_zone="UTC")
    meaning = meaning_of(choice, wishes, layout.names)
    _require_no_stop(file, meaning.findings)
    names = _names(choice.profile, layout.names)
    read = replace(
        file, columns=names, decimal=choice.profile.decimal, time_format=choice.profile.time_format
    )
    columns = tuple(column for name, column in COLUMNS.items() if name in names)
    return LineColumns(read, columns, choice.profile, meaning.findings)


def _pairs(told: Mapping[str, str]) -> list[str]:
    return [f"{name}={text}" for name, text in told.items()]


def _names(profile: Profile, names: tuple[str, ...]) -> dict[str, str]:
    """Return field -> column; event ids name no lines of a study."""
    columns = {field: column for field, column in profile.columns.items() if field in COLUMNS}
    day, *clock = parts_of(columns["event_time"], names)
    return columns | {"event_time": day} | dict(zip([CLOCK], clock, strict=False))


def _require_no_stop(file: DataFile, findings: tuple[Finding, ...]) -> None:
    stops = [finding for finding in findings if finding.level is Level.STOP]
    if stops:
        told = ", and ".join(finding.message.replace("; ", ", ") for finding in stops)
        mends = " ".join(finding.mend for finding in stops if finding.mend)
        msg = f"{file.path}: {told}; without these there are no purchases; {mends}"
        raise InvalidConfig(msg)
