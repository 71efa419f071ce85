"""The flags that say what a file of transactions means and how it is written, and the look they lead to."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cli.output import waiting
from shared.errors import InvalidConfig

if TYPE_CHECKING:
    from shared.intake.source import Source
    from shared.settings import Settings
    from streaming.replay import Look, Reading, Wishes


def add_meaning(verb: argparse.ArgumentParser) -> None:
    """Add the flags that say what the columns of a file mean, and how its cells are written."""
    group = verb.add_argument_group("what the file means; left out, it is found by looking (docs/events.md)")
    group.add_argument(
        "--profile", default="auto", help="auto (by header), online-retail, online-retail-ii or cdnow"
    )
    group.add_argument(
        "--map",
        metavar="FIELD=COLUMN",
        action="append",
        default=[],
        help="repeatable; overrides the profile; event_time=Date+Time joins two columns",
    )
    group.add_argument("--map-file", metavar="TOML", type=Path, help="a mapping of your own")
    group.add_argument(
        "--constant",
        metavar="FIELD=VALUE",
        action="append",
        default=[],
        help="the same on every row (quantity=1); repeatable",
    )
    group.add_argument(
        "--zone", help="zone of times without an offset (default: the profile's, else input.zone)"
    )
    group.add_argument(
        "--time-format", metavar="PATTERN", help="strptime pattern, or epoch-seconds and the like"
    )
    add_writing(group)
    group.add_argument(
        "--fill-down",
        action="store_true",
        help="blank cells of an order's further rows are those of the row before",
    )
    group.add_argument(
        "--sort", action="store_true", help="send in order of event time, however large the file"
    )


def add_writing(group: "argparse._ArgumentGroup") -> None:
    """Add the flags that say how a file's cells are written, whatever they mean."""
    group.add_argument("--decimal", choices=(".", ","), help="the decimal sign of numbers")
    group.add_argument(
        "--separator", metavar="SIGN", help="between the cells of a CSV file ('\\t' for a tab)"
    )
    group.add_argument("--encoding", help="of a text file: utf-8, cp1252, …")


def add_accept(group: "argparse._ArgumentGroup") -> None:
    """Add the flag by which a person goes on in spite of what stops."""
    group.add_argument(
        "--accept",
        metavar="CODE",
        action="append",
        default=[],
        help="go on in spite of a fault that stops, where that is possible; repeatable",
    )


def separator_of(args: argparse.Namespace) -> str | None:
    """Return the separator that was told; a tab cannot be typed."""
    separator: str | None = args.separator
    return separator and separator.replace("\\t", "\t")


def add_decision(verb: argparse.ArgumentParser) -> "argparse._ArgumentGroup":
    """Add the flag that decides about what the look finds; more can be added to its group."""
    group = verb.add_argument_group("what to do about findings")
    add_accept(group)
    return group


def source_of(args: argparse.Namespace) -> "Source":
    """Return the file of the flags."""
    from shared.intake.source import Source

    return Source(args.file, separator_of(args), args.encoding)


def wishes_of(args: argparse.Namespace) -> "Wishes":
    """Return what the flags say of the file."""
    from streaming.replay import Wishes

    return Wishes(
        profile=args.profile,
        pairs=args.map,
        map_file=args.map_file,
        constants=args.constant,
        zone=args.zone,
        time_format=args.time_format,
        decimal=args.decimal,
        sort=args.sort,
        fill_down=args.fill_down,
    )


def look_at(args: argparse.Namespace, settings: "Settings") -> "Look":
    """Look at the file of the flags.

    Raises
    ------
    InvalidConfig : nothing of it can be read.
    """
    from streaming.replay import Rules, look

    with waiting(f"looking at {args.file.name}"):
        return look(source_of(args), wishes_of(args), Rules(settings.input, settings.state))


def command_of(look: "Look", verb: str, accepted: Sequence[str]) -> str:
    """Return the whole command line to copy."""
    from shared.meaning.column_meanings import quoted

    told = [f"--accept {code}" for code in accepted]
    return " ".join([f"resegment {verb}", quoted(str(look.source.path)), *look.flags, *told])


def require_readable(look: "Look", accepted: list[str], verb: str) -> "Reading":
    """Return how to read the file, unless something stops it.

    Raises
    ------
    InvalidConfig : something stops; the message names it and the command that mends it.
    """
    stops = look.stops(accepted)
    if not stops and look.reading is not None:
        return look.reading
    if not stops:
        msg = f"{look.source.path}: no row of it can be read, so that there is nothing to go on with"
        raise InvalidConfig(msg)
    first = stops[0]
    more = f" (and {len(stops) - 1} more, see `resegment try`)" if len(stops) > 1 else ""
    mend = first.mend or "mend the file"
    go_on = f", or --accept {first.code}" if first.is_acceptable else ""
    parts = (
        f"{look.source.path}: {first.message}{more}",
        "as it stands, rows would be read wrongly or lost",
        f"{mend}{go_on}: {command_of(look, verb, accepted)}",
    )
    msg = "; ".join(part.replace("; ", ", ") for part in parts)
    raise InvalidConfig(msg)
