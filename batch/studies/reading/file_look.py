"""How a file is written and what its cells hold, by its first rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from batch.studies.reading.columns import DataFile, StudyColumn
from batch.studies.reading.matching import matched
from shared.errors import InvalidConfig
from shared.intake.damage import row_findings
from shared.intake.findings import Finding, Level
from shared.intake.ids import IdFormat, find_id_format
from shared.intake.layout import SAMPLE_ROWS, Layout, find_layout
from shared.intake.numbers.number_format import NumberFormat, find_number_format
from shared.intake.reading import tables
from shared.intake.table import Table
from shared.intake.times.parsing import find_time_format
from shared.intake.times.time_format import TimeFormat


@dataclass(frozen=True, eq=False)
class FileLook:
    """What was understood of a file.

    Parameters
    ----------
    names : the study's name of a column -> the file's.
    numbers : how all its numbers are written. times, ids : how each such column is, by the study's name.
    findings : what a person should know; a study does not run on those that stop.
    """

    layout: Layout
    names: Mapping[str, str]
    numbers: NumberFormat
    times: Mapping[str, TimeFormat]
    ids: Mapping[str, IdFormat]
    findings: tuple[Finding, ...]

    def rows(self) -> list[tuple[str, str]]:
        """Give what was understood as a table of two columns."""
        layout = self.layout
        written = [f"separated by {layout.separator!r}" if layout.separator else "", layout.encoding or ""]
        file = ", ".join(filter(None, (layout.kind, layout.packed, *written)))
        times = [(self.names[name], form.layout) for name, form in self.times.items()]
        ids = [(self.names[name], form.words) for name, form in self.ids.items()]
        return [("file", file), ("numbers", self.numbers.words), *times, *ids]


def look(file: DataFile, columns: Sequence[StudyColumn], *, min_rows: int = 2) -> FileLook:
    """Look at a file's first rows.

    Raises
    ------
    InvalidConfig : it cannot be read at all, has no rows, or lacks columns.
    """
    layout = find_layout(file.source)
    names = matched(file, columns, layout)
    columns = [column for column in columns if column.name in names]
    sample = next(tables(file.source, layout, SAMPLE_ROWS), None)
    if sample is None:
        raise too_few_rows(file, 0, min_rows)
    findings = [*layout.findings, *row_findings(layout, [sample])]
    numbers, of_numbers = find_number_format(number_cells(columns, names, sample), sample.lines, file.decimal)
    times, of_times = _times(file, columns, names, sample)
    ids, of_ids = _ids(columns, names, sample)
    return FileLook(layout, names, numbers, times, ids, (*findings, *of_numbers, *of_times, *of_ids))


def number_cells(
    columns: Sequence[StudyColumn], names: Mapping[str, str], table: Table
) -> dict[str, pd.Series]:
    """Return the cells of all columns of numbers, by the file's names."""
    wanted = [names[column.name] for column in columns if column.kind in {"number", "integer"}]
    return {name: table.cells[name] for name in wanted}


def _times(
    file: DataFile, columns: Sequence[StudyColumn], names: Mapping[str, str], sample: Table
) -> tuple[dict[str, TimeFormat], list[Finding]]:
    """Find how dates are written; a pattern that is told is of the columns that it fits."""
    looked, told = {}, {}
    for name in (column.name for column in columns if column.kind == "date"):
        cells, said = sample.cells[names[name]], file.time_format
        told[name] = find_time_format(cells, sample.lines, column=names[name], pattern=said)
        looked[name] = find_time_format(cells, sample.lines, column=names[name])
    fits_some = any(form for form, _ in told.values())
    taken = {name: told[name] if told[name][0] or not fits_some else looked[name] for name in told}
    forms = {name: form for name, (form, _) in taken.items() if form}
    return forms, [finding for _, found in taken.values() for finding in found]


def _ids(
    columns: Sequence[StudyColumn], names: Mapping[str, str], sample: Table
) -> tuple[dict[str, IdFormat], list[Finding]]:
    forms, findings = {}, list[Finding]()
    for name in (column.name for column in columns if column.kind == "id"):
        forms[name], found = find_id_format(sample.cells[names[name]], sample.lines, column=names[name])
        findings += found
    return forms, findings


def stops(file: DataFile, findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings that a study does not run on."""
    return [
        finding
        for finding in findings
        if finding.level is Level.STOP and not (finding.is_acceptable and finding.code in file.accepted)
    ]


def too_few_rows(file: DataFile, n_rows: int, least: int) -> InvalidConfig:
    """Say how many rows there are and how many are needed."""
    plural = "" if n_rows == 1 else "s"
    needed = f"this study needs at least {least}: give it more rows"
    return InvalidConfig(f"{file.path} has {n_rows} row{plural} below its header; {needed}")
