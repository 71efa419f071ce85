"""What a replay says at its end: what was sent, and what the stream will make of it."""

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from streaming.replay import ReplayReport, ReplayRequest

SHOWN_FAILURES = 20


def print_report(report: "ReplayReport", request: "ReplayRequest") -> None:
    """Show it to a person."""
    if request.resume:
        row = report.resumed_at_row
        print(f"resumed at row {row:,}" if row is not None else "nothing left to send", file=sys.stderr)
    print(
        f"{report.sent:,} events sent to {request.topic} in {report.elapsed_s:.1f} s "
        f"({report.events_per_s:,.0f}/s), {report.unkeyed:,} without a customer; {report.failed:,} failed"
    )
    if report.failed and not report.stopped:
        print(where_failed(report), file=sys.stderr)
    for line in fates(report, request):
        print(line)


def fates(report: "ReplayReport", request: "ReplayRequest") -> Iterator[str]:
    """Say which of the sent events will not count, and why."""
    told = report.fates
    for (code, field), group in sorted(told.rejected.items(), key=lambda item: -item[1].n):
        cause = f"{code} ({field})" if field else code
        yield f"  {group.n:,} of them will be rejected as {cause}: {_lines(group.lines, group.n)}"
    if report.n_damaged:
        where = _lines(report.damaged, report.n_damaged)
        yield f"  {report.n_damaged:,} could not be cut into columns and were sent as their bytes: {where}"
    if told.late.n:
        why = f"more than {request.rules.state.horizon_days} days before the same customer's newest"
        yield f"  {told.late.n:,} of them will be late, {why}: {_lines(told.late.lines, told.late.n)}"
    if told.late.n and not request.reading.profile.sort:
        yield "  with --sort, sent to a new topic, those would count"
    if told.duplicate.n:
        where = _lines(told.duplicate.lines, told.duplicate.n)
        yield f"  {told.duplicate.n:,} of them will be duplicates: {where}"
    if report.n_conflicts:
        what = "have the event id of an earlier row and other content: of such rows one counts"
        yield f"  {report.n_conflicts:,} rows of the file {what}"


def where_failed(report: "ReplayReport") -> str:
    """Name the rows that Kafka did not take."""
    rows = ", ".join(f"{failure.row:,}" for failure in report.failures[:SHOWN_FAILURES])
    more = report.failed - min(len(report.failures), SHOWN_FAILURES)
    tail = f" and {more:,} more" if more > 0 else ""
    return f"not delivered, row {rows}{tail}: {report.failures[0].reason}"


def report_as_json(report: "ReplayReport", request: "ReplayRequest") -> dict[str, Any]:
    """Return it as plain values."""
    told = report.fates
    rejected = [
        {"code": code, "field": field, "n": group.n, "lines": group.lines}
        for (code, field), group in told.rejected.items()
    ]
    return {
        "topic": request.topic,
        "profile": request.reading.profile.name,
        "events_per_s": report.events_per_s,
        **{name: value for name, value in vars(report).items() if name != "fates"},
        "will_be": {
            "rejected": rejected,
            "late": vars(told.late),
            "duplicate": vars(told.duplicate),
            "unattributed": told.guests,
        },
    }


def _lines(lines: Sequence[int], n: int) -> str:
    shown = ", ".join(f"{line:,}" for line in lines)
    more = f" and {n - len(lines):,} more" if n > len(lines) else ""
    return f"line{'s' if n > 1 else ''} {shown}{more}"
