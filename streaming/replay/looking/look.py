"""Look at a file before anything is sent: what was understood, and what a person should know."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from shared.intake.findings import Finding, Level
from shared.intake.source import Source
from shared.meaning.column_meanings import meaning_of, told_flags
from shared.meaning.fields import FillDown
from shared.meaning.mapping import Wishes, choose
from streaming.replay.event_rows import EventRows, event_rows
from streaming.replay.events import Batch, encode
from streaming.replay.identity import Identities
from streaming.replay.judging import Judge, Rules
from streaming.replay.looking.doubts import doubts
from streaming.replay.looking.look_rows import (
    ColumnLook,
    Understood,
    column_looks,
    file_rows,
    time_rows,
    trade_rows,
)
from streaming.replay.looking.sample_findings import JudgedSample, blank_cells_of_orders, sample_findings
from streaming.replay.opened import Reading, SampledFile, open_file, understand
from streaming.replay.order import SORTED_ROWS, TimeOrder, order_of


@dataclass(frozen=True, eq=False)
class Look:
    """What was understood of a file.

    reading : how to send it; None where that could not be found out.
    rows : the short table. columns : what each column means. findings : worst first.
    flags : of the command that a person can copy, with all that is known and needed.
    """

    source: Source
    reading: Reading | None
    rows: tuple[Understood, ...]
    columns: tuple[ColumnLook, ...]
    findings: tuple[Finding, ...]
    flags: tuple[str, ...]

    def stops(self, accepted: Collection[str] = ()) -> list[Finding]:
        """Return what keeps the file from being sent, unless it was accepted."""
        return [
            finding
            for finding in self.findings
            if finding.level is Level.STOP and not (finding.is_acceptable and finding.code in accepted)
        ]

    @property
    def warnings(self) -> list[Finding]:
        """Return what is doubtful."""
        return [finding for finding in self.findings if finding.level is Level.WARN]


def look(source: Source, wishes: Wishes, rules: Rules) -> Look:
    """Look at a file.

    Raises
    ------
    InvalidConfig : nothing of it can be read, or the wishes are none that any file could meet.
    """
    opened = open_file(source)
    choice = choose(wishes, source.path, opened.sample.cells, default_zone=rules.input.zone)
    meaning = meaning_of(choice, wishes, opened.layout.names)
    findings = [*opened.findings, *meaning.findings]
    flags = [*meaning.flags, *told_flags(source, wishes)]
    if _stops(meaning.findings) or not len(opened.sample.cells):
        columns = column_looks(choice.profile, opened, None)
        return Look(source, None, file_rows(opened, None), columns, _worst_first(findings), tuple(flags))
    reading, found = understand(opened, choice.profile)
    findings += found
    order = None if reading.times is None else order_of(reading)
    reading, ordering = _in_good_order(reading, order)
    findings += ordering
    blank = blank_cells_of_orders(opened, reading)
    findings += blank
    sample = _sample(opened, reading, rules, fill_down=reading.profile.fill_down or bool(blank))
    if reading.times is not None:
        findings += [*sample_findings(sample), *doubts(sample)]
    flags += [mend for f in _stops(findings) if (mend := _flag_alone(f)) is not None and mend not in flags]
    rows = (*file_rows(opened, order), *time_rows(reading, order), *trade_rows(sample, order))
    columns = column_looks(reading.profile, opened, sample.lines)
    return Look(source, reading, rows, columns, _worst_first(findings), tuple(flags))


def _in_good_order(reading: Reading, order: TimeOrder | None) -> tuple[Reading, list[Finding]]:
    """Sort what is not in order of time, if it fits; otherwise name what does."""
    if order is None or order.is_ordered or reading.profile.sort:
        return reading, []
    where = (
        f"line {order.line_back} lies {_days(order)} before an earlier line"
        if not order.is_newest_first
        else "the newest rows come first"
    )
    if order.rows <= SORTED_ROWS:
        text = f"the file is not in order of time ({where}): it is sorted before it is sent"
        return reading.sorted(), [Finding(Level.NOTE, "sorted", text)]
    text = (
        f"the file is not in order of time ({where}), and its {order.rows:,} rows are more than are sorted "
        f"unasked ({SORTED_ROWS:,}): as it stands, purchases would be late and not count"
    )
    return reading, [Finding(Level.STOP, "not_in_order", text, "--sort", is_acceptable=True)]


def _days(order: TimeOrder) -> str:
    return f"up to {order.furthest_ms / 86_400_000:,.0f} days"


def _sample(opened: SampledFile, reading: Reading, rules: Rules, *, fill_down: bool) -> JudgedSample:
    """Encode the first rows and have them judged as the stream will, filled if that is what mends them."""
    fill = FillDown() if fill_down else None
    lines: EventRows = event_rows(reading, opened.sample, fill)
    identities, judge = Identities(reading.profile), Judge(rules)
    batch: Batch = encode(lines, identities)
    if reading.profile.sort:
        batch = batch.take(np.argsort(batch.times_ms, kind="stable"))
    parsed = judge.judge(batch)
    return JudgedSample(opened, reading, rules, lines, batch, parsed, judge, identities)


def _stops(findings: Collection[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.level is Level.STOP]


def _flag_alone(finding: Finding) -> str | None:
    """Return a mend that is one flag to add, and no choice between several."""
    mend = finding.mend or ""
    return mend if mend in {"--fill-down", "--sort"} else None


def _worst_first(findings: Collection[Finding]) -> tuple[Finding, ...]:
    rank = {Level.STOP: 0, Level.WARN: 1, Level.NOTE: 2}
    return tuple(sorted(findings, key=lambda finding: rank[finding.level]))
