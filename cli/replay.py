"""`resegment replay FILE`: send a file of transactions into Kafka."""

import argparse
import sys
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cli.connection import kafka_servers
from cli.options import add_json_flag, start
from shared.errors import InvalidConfig, ServiceUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shared.settings import Settings
    from streaming.replay import Profile, Progress, ReplayReport, ReplayRequest, Source

SHOWN_FAILURES = 20


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    verb = subparsers.add_parser(
        "replay",
        help="send a file of transactions into Kafka",
        description="Send a CSV (also .gz) or Parquet file of transactions into Kafka, keyed by customer.",
        epilog="exit codes: 0 delivered; 1 some events refused; 2 unusable file; 3 no Kafka or topic",
    )
    verb.add_argument("file", type=Path, metavar="FILE")
    add_meaning(verb)
    _add_selection(verb)
    add_json_flag(verb)
    verb.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Replay, then say what was sent and which rows were not."""
    settings = start(args)
    from streaming.replay import run as replay

    request = _request(args, settings)
    with bar(args.file.name) as show:
        report = replay(request, progress=show)
    _print_report(report, request, as_json=args.json)
    if report.stopped:
        msg = (
            f"Kafka stopped taking events after {report.sent:,}; {_where(report)}\n"
            "see `resegment services status`, then run the same command with --resume"
        )
        raise ServiceUnavailable(msg)
    return 1 if report.failed else 0


def add_meaning(verb: argparse.ArgumentParser) -> None:
    """Add the flags that say what the columns of a file mean."""
    group = verb.add_argument_group("what the columns mean (docs/events.md)")
    group.add_argument("--profile", default="auto", help="auto (by header), online-retail or cdnow")
    group.add_argument(
        "--map", metavar="FIELD=COLUMN", action="append", default=[], help="repeatable; overrides the profile"
    )
    group.add_argument("--map-file", metavar="TOML", type=Path, help="a mapping of your own")
    group.add_argument(
        "--zone", help="zone of times without an offset (default: the profile's, else input.zone)"
    )
    group.add_argument(
        "--time-format", metavar="PATTERN", help="strptime pattern of times that are not ISO 8601"
    )
    group.add_argument(
        "--sort", action="store_true", help="send in order of event time; reads the whole file first"
    )
    group.add_argument("--separator", default=",", help="of a CSV file (default: comma; '\\t' for a tab)")
    group.add_argument("--encoding", default="utf-8", help="of a CSV file (default: utf-8)")


def _add_selection(verb: argparse.ArgumentParser) -> None:
    group = verb.add_argument_group("which events, and how fast")
    group.add_argument("--from", dest="start", metavar="DATE", help="earliest event time")
    group.add_argument("--to", dest="end", metavar="DATE", help="event times before this")
    group.add_argument("--limit", metavar="N", type=_count, help="send at most N events")
    group.add_argument("--rate", metavar="N|Nx", help="events per second (500) or times real time (3600x)")
    group.add_argument(
        "--resume", action="store_true", help="go on after the last acknowledged event of this file and topic"
    )
    group.add_argument("--topic", help="same as --set kafka.topic=…")


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        msg = f"at least 1 is needed, got {number}"
        raise argparse.ArgumentTypeError(msg)
    return number


def _request(args: argparse.Namespace, settings: "Settings") -> "ReplayRequest":
    from streaming.replay import FULL_SPEED, Pace, ReplayRequest

    source, profile = opened(args, settings)
    return ReplayRequest(
        source=source,
        profile=profile,
        bootstrap_servers=kafka_servers(settings),
        topic=args.topic or settings.kafka.topic,
        pace=Pace.parse(args.rate) if args.rate else FULL_SPEED,
        start=moment_of(args.start, profile.zone, "--from"),
        end=moment_of(args.end, profile.zone, "--to"),
        limit=args.limit,
        resume=args.resume,
    )


def opened(args: argparse.Namespace, settings: "Settings") -> "tuple[Source, Profile]":
    """Return the file, and what its columns mean.

    Raises
    ------
    InvalidConfig : there is no such file, or nothing that is known fits its columns.
    """
    from streaming.replay import Source
    from streaming.replay.mapping import Wishes, choose
    from streaming.replay.reading import header

    source = Source(args.file, args.separator.replace("\\t", "\t"), args.encoding)
    wishes = Wishes(args.profile, args.map, args.map_file, args.zone, args.time_format, args.sort)
    return source, choose(wishes, args.file, header(source), default_zone=settings.input.zone)


def moment_of(text: str | None, zone: str, flag: str) -> datetime | None:
    """Read a date or time; without an offset it is local to the file's zone."""
    from zoneinfo import ZoneInfo

    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        msg = f"{flag} takes a date or a time in ISO 8601 (2011-03-01), got {text!r}"
        raise InvalidConfig(msg) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))


@contextmanager
def bar(name: str) -> "Iterator[Callable[[Progress], None] | None]":
    """Show a bar on a terminal's stderr: share of the file, events sent, the day that was reached."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    text = TextColumn("{task.fields[sent]:,} events  {task.fields[day]}")
    columns = (TextColumn("{task.description}"), BarColumn(), text, TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=1.0, sent=0, day="")

        def show(progress: "Progress") -> None:
            bar.update(task, completed=progress.read_fraction, sent=progress.sent, day=_day(progress))

        yield show


def _day(progress: "Progress") -> str:
    from datetime import UTC

    if progress.newest_event_ms is None:
        return ""
    return datetime.fromtimestamp(progress.newest_event_ms / 1000, UTC).date().isoformat()


def _print_report(report: "ReplayReport", request: "ReplayRequest", *, as_json: bool) -> None:
    if as_json:
        from cli.output import print_json

        print_json(
            {
                "topic": request.topic,
                "profile": request.profile.name,
                "events_per_s": report.events_per_s,
                **vars(report),
            }
        )
        return
    if request.resume:
        row = report.resumed_at_row
        print(f"resumed at row {row:,}" if row is not None else "nothing left to send", file=sys.stderr)
    print(
        f"{report.sent:,} events sent to {request.topic} in {report.elapsed_s:.1f} s "
        f"({report.events_per_s:,.0f}/s), {report.unkeyed:,} without a customer; {report.failed:,} failed"
    )
    if report.failed and not report.stopped:
        print(_where(report), file=sys.stderr)


def _where(report: "ReplayReport") -> str:
    rows = ", ".join(f"{failure.row:,}" for failure in report.failures[:SHOWN_FAILURES])
    more = report.failed - min(len(report.failures), SHOWN_FAILURES)
    tail = f" and {more:,} more" if more > 0 else ""
    return f"not delivered, row {rows}{tail}: {report.failures[0].reason}"
