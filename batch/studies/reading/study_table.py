"""The columns of a study, from a file.

Cells are converted table by table, so that five million rows of five columns fit into less than a
gigabyte.
"""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import pyarrow.compute as pc

from batch.studies.reading.columns import DataFile, StudyColumn
from batch.studies.reading.converting import Part, converted, joined, problem
from batch.studies.reading.file_look import FileLook, look, number_cells, stops, too_few_rows
from shared.errors import InvalidConfig
from shared.intake.cells import as_arrow
from shared.intake.damage import row_findings
from shared.intake.findings import Finding
from shared.intake.numbers.digits import DECIMALS
from shared.intake.numbers.number_format import NumberFormat, find_number_format
from shared.intake.reading import tables
from shared.intake.table import Table


def read_table(file: DataFile, columns: Sequence[StudyColumn], *, min_rows: int = 2) -> pd.DataFrame:
    """Read the columns of a study from a file of any kind that `shared.intake` knows.

    Returns
    -------
    One column for each of `columns` that the file has, under the study's names: float64, int64, datetime64 or
    pyarrow's text; dirty columns are text, with missing values where a cell is empty. Dates are what
    clocks showed, whatever offset stands behind them.

    Raises
    ------
    InvalidConfig : no such file, fewer rows than `min_rows`, damaged rows, columns that are missing or of
        another type, cells that can be read in several ways. What is wrong with rows and cells is in one
        message.
    """
    seen = look(file, columns, min_rows=min_rows)
    refuse_for(file, seen.findings)
    columns = [column for column in columns if column.name in seen.names]
    parts: dict[str, list[Part]] = {column.name: [] for column in columns}
    read, numbers, findings = list[Table](), seen.numbers, list[Finding]()
    for table in tables(file.source, seen.layout):
        numbers, found = _numbers(file, columns, seen, numbers, table)
        findings += found
        for column in columns:
            cells = table.cells[seen.names[column.name]]
            parts[column.name].append(converted(cells, table.lines, column, seen, numbers))
        read.append(replace(table, cells=table.cells.iloc[:, :0]))
    findings += row_findings(seen.layout, read)
    n_rows = sum(len(table.cells) for table in read)
    problems = [problem(column, seen.names[column.name], parts[column.name]) for column in columns]
    refuse_for(file, findings, [text for text in problems if text])
    if n_rows < min_rows:
        raise too_few_rows(file, n_rows, min_rows)
    return pd.DataFrame({column.name: joined(column, parts.pop(column.name)) for column in columns})


def _numbers(
    file: DataFile, columns: Sequence[StudyColumn], seen: FileLook, known: NumberFormat, table: Table
) -> tuple[NumberFormat, list[Finding]]:
    """Go on looking for the decimal sign while all numbers were whole: then it changes nothing so far."""
    cells = number_cells(columns, seen.names, table)
    if known.is_shown or not any(_has_signs(column) for column in cells.values()):
        return known, []
    return find_number_format(cells, table.lines, file.decimal)


def _has_signs(cells: pd.Series) -> bool:
    array = as_arrow(cells)
    return any(pc.any(pc.match_substring(array, sign)).as_py() for sign in DECIMALS)


def refuse_for(file: DataFile, findings: Sequence[Finding], problems: Sequence[str] = ()) -> None:
    """Refuse a file for all that is wrong with it: findings that stop, and problems in words.

    Raises
    ------
    InvalidConfig : something is.
    """
    stopping = stops(file, findings)
    if not stopping and not problems:
        return
    told = [f"{finding.message}: {', '.join(finding.examples)}" for finding in stopping] + list(problems)
    mends = [finding.mend for finding in stopping if finding.mend]
    mends += ["correct these cells, or --map another column"] if problems else []
    msg = f"{file.path}: {'; '.join(told)}\n{'; '.join(dict.fromkeys(mends))}"
    raise InvalidConfig(msg)
