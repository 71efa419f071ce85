"""A file that was looked into, and how its cells are read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from shared.core.arrays import Int64
from shared.errors import InvalidConfig
from shared.intake.damage import row_findings
from shared.intake.findings import Finding
from shared.intake.ids import IdFormat, find_id_format
from shared.intake.layout import SAMPLE_ROWS, Layout, find_layout
from shared.intake.numbers.number_format import NumberFormat, find_number_format
from shared.intake.reading import tables
from shared.intake.source import Source
from shared.intake.table import Table
from shared.intake.times.parsing import find_time_format
from shared.intake.times.time_format import TimeFormat
from shared.meaning.fields import fields_of
from shared.meaning.profiles import IDS, NUMBERS, Profile, absent_columns


@dataclass(frozen=True, eq=False)
class SampledFile:
    """A file, its layout and its first rows. findings : of both."""

    source: Source
    layout: Layout
    sample: Table
    findings: tuple[Finding, ...]


@dataclass(frozen=True, eq=False)
class Reading:
    """How a file becomes events: what its columns mean, and how their cells are written.

    times : None where no format fits the column. ids : field -> how its cells are written.
    """

    source: Source
    layout: Layout
    profile: Profile
    numbers: NumberFormat
    times: TimeFormat | None
    ids: Mapping[str, IdFormat]

    @property
    def fingerprint(self) -> str:
        """All that decides on the order and the content of the events, as text."""
        return repr((self.source, replace(self.profile, name=""), self.numbers, self.times, self.ids))

    def sorted(self) -> "Reading":
        """Return the same, sent in order of time."""
        return replace(self, profile=replace(self.profile, sort=True))


def open_file(source: Source) -> SampledFile:
    """Look at a file's kind and first rows.

    Raises
    ------
    InvalidConfig : nothing can be read, or there are no rows.
    """
    layout = find_layout(source)
    sample = next(tables(source, layout, SAMPLE_ROWS), None)
    if sample is None or len(sample.rows) + len(sample.damaged) == 0:
        msg = f"{source.path} has a header and no rows; nothing can be replayed from it"
        raise InvalidConfig(msg)
    return SampledFile(source, layout, sample, (*layout.findings, *row_findings(layout, [sample])))


def read_as(source: Source, profile: Profile) -> Reading:
    """Open a file whose columns are known.

    Raises
    ------
    InvalidConfig : it cannot be read, or has not the profile's columns.
    """
    return understand(open_file(source), profile)[0]


def understand(opened: SampledFile, profile: Profile) -> tuple[Reading, list[Finding]]:
    """Find how the cells of the profile's columns are written.

    Raises
    ------
    InvalidConfig : the profile lacks a needed field, or the file one of its columns.
    """
    _require_complete(opened, profile)
    fields, lines = fields_of(profile, opened.sample.cells), opened.sample.lines
    columns = {name: fields[name] for name in NUMBERS if name in profile.columns}
    named = {profile.columns[name]: column for name, column in columns.items()}
    numbers, findings = find_number_format(named, lines, profile.decimal)
    times, more = find_time_format(
        fields["event_time"],
        lines,
        column=profile.columns.get("event_time", "event_time"),
        pattern=profile.time_format,
    )
    findings += more
    ids, more = _id_formats(profile, fields, lines)
    return Reading(opened.source, opened.layout, profile, numbers, times, ids), [*findings, *more]


def _id_formats(
    profile: Profile, fields: pd.DataFrame, lines: Int64
) -> tuple[dict[str, IdFormat], list[Finding]]:
    formats: dict[str, IdFormat] = {}
    findings: list[Finding] = []
    for name in IDS:
        if name in profile.columns:
            formats[name], found = find_id_format(fields[name], lines, column=profile.columns[name])
            findings += [] if name == "stock_code" else found  # which decides nothing: nobody need look
    return formats, findings


def _require_complete(opened: SampledFile, profile: Profile) -> None:
    absent = absent_columns(profile, opened.layout.names)
    for name, column in absent.items():
        msg = (
            f"{opened.source.path} has no column {column!r} (for {name}); its columns are: "
            f"{', '.join(opened.layout.names)}; correct it with --map {name}=COLUMN"
        )
        raise InvalidConfig(msg)
    if profile.missing:
        first = profile.missing[0]
        msg = (
            f"nothing says which column of {opened.source.path} is {', '.join(profile.missing)}; "
            f"add --map {first}=COLUMN or --constant {first}=VALUE"
        )
        raise InvalidConfig(msg)


def whole_tables(reading: Reading) -> Iterator[Table]:
    """Yield the file's rows in order."""
    yield from tables(reading.source, reading.layout)
