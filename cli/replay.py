"""`resegment replay FILE`: look at a file of transactions, decide, and send it into Kafka."""

import argparse
import sys
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cli.connection import kafka_servers
from cli.file_flags import add_decision, add_meaning, look_at, require_readable
from cli.look_display import look_as_json, print_look
from cli.options import Verbs, add_json_flag, add_verb, start
from cli.output import answer, print_json
from cli.replay_report import print_report, report_as_json, where_failed
from shared.errors import InvalidConfig, ServiceUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shared.settings import Settings
    from streaming.replay import Look, Progress, Reading, ReplayRequest


def register(subparsers: Verbs) -> None:
    """Add the verb."""
    verb = add_verb(
        subparsers,
        "replay",
        run,
        "send a file of transactions into Kafka",
        description="Look at a file of transactions, and send it into Kafka, keyed by customer. "
        "CSV, Excel, Parquet, JSON lines or a JSON array, also in .gz or .zip.",
        epilog="exit codes: 0 delivered; 1 some events refused; 2 unusable file; 3 no Kafka or topic",
    )
    verb.add_argument("file", type=Path, metavar="FILE")
    add_meaning(verb)
    decision = add_decision(verb)
    decision.add_argument("--yes", action="store_true", help="do not ask about warnings")
    _add_selection(verb)
    add_json_flag(verb)


def run(args: argparse.Namespace) -> int:
    """Look, decide, send; then say what was sent and what will become of it."""
    settings = start(args)
    from streaming.replay import run as replay

    look = look_at(args, settings)
    if not args.json:
        print_look(look, args.accept)
        print()
    reading = _decided(look, args)
    request = _request(reading, args, settings)
    with bar(args.file.name) as show:
        report = replay(request, progress=show)
    document = report_as_json(report, request) | {"look": look_as_json(look)}
    answer(args, document, lambda: print_report(report, request))
    if report.stopped:
        msg = (
            f"Kafka stopped taking events after {report.sent:,}; {where_failed(report)}\n"
            "see `resegment services status`, then run the same command with --resume"
        )
        raise ServiceUnavailable(msg)
    return 1 if report.failed else 0


def _decided(look: "Look", args: argparse.Namespace) -> "Reading":
    """Return how to send the file; stop at what cannot be accepted, ask about what is doubtful."""
    if args.json and look.stops(args.accept):
        print_json({"sent": 0, "look": look_as_json(look)})
    reading = require_readable(look, args.accept, "replay")
    if look.warnings and not args.yes and not _may_go_on():
        msg = f"{look.source.path}: nothing was sent; --yes sends it without asking"
        raise InvalidConfig(msg)
    return reading


def _may_go_on() -> bool:
    """Ask a person; where nobody can answer, go on."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return True
    print("send it all the same? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


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


def _request(reading: "Reading", args: argparse.Namespace, settings: "Settings") -> "ReplayRequest":
    from streaming.replay import FULL_SPEED, Pace, ReplayRequest, Rules

    zone = reading.profile.zone
    return ReplayRequest(
        reading,
        bootstrap_servers=kafka_servers(settings),
        topic=args.topic or settings.kafka.topic,
        pace=Pace.parse(args.rate) if args.rate else FULL_SPEED,
        start=moment_of(args.start, zone, "--from"),
        end=moment_of(args.end, zone, "--to"),
        limit=args.limit,
        resume=args.resume,
        rules=Rules(settings.input, settings.state),
    )


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
