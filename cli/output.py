"""What a verb shows: one JSON document, a table for people, or plain columns when nobody is watching."""

import os
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from shared.plain import to_json

if TYPE_CHECKING:
    from collections.abc import Callable

STYLES = {"ok": "green", "warn": "yellow", "critical": "bold red", "fail": "bold red", "undefined": "dim"}


@dataclass(frozen=True)
class Column:
    """A column of a table; numbers stand right."""

    title: str
    align: Literal["left", "right"] = "right"


def left(*titles: str) -> list[Column]:
    """Give columns of text."""
    return [Column(title, "left") for title in titles]


def answer(args: Namespace, document: object, print_text: "Callable[[], None]") -> None:
    """Print what a verb found: one JSON document with `--json`, otherwise as people read it."""
    if args.json:
        print_json(document)
    else:
        print_text()


def print_json(document: object) -> None:
    """Print one JSON document: dates as ISO-8601 UTC, what is not a finite number as null."""
    print(to_json(document))


def print_table(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], *, title: str = "", empty: str = ""
) -> None:
    """Print a table; a cell whose text is a status is coloured on a terminal.

    empty : the title where there are no rows, if it says something else then.
    """
    title = title if rows or not empty else empty
    cells = [[printable(cell) for cell in row] for row in rows]
    if is_plain():
        _print_plain(columns, cells, title)
    else:
        _print_rich(columns, cells, title)


def say(line: str) -> None:
    """Tell a person how a verb gets on; stdout is for data."""
    print(line, file=sys.stderr, flush=True)


def print_pairs(pairs: Mapping[str, str], *, title: str = "") -> None:
    """Print names and values below each other."""
    rows = [(name, value) for name, value in pairs.items()]
    print_table(left("", ""), rows, title=title)


def is_plain() -> bool:
    """Whether stdout gets no colours and frames: it is not a terminal, or NO_COLOR is set."""
    return not sys.stdout.isatty() or "NO_COLOR" in os.environ


def printable(text: str) -> str:
    """Escape control characters: a customer id is foreign text and must not steer the terminal."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def number(value: float | None, digits: int = 0) -> str:
    """Write a number with thousands separated; a dash for what is unknown."""
    return "-" if value is None else f"{value:,.{digits}f}"


def amount(value: float | None) -> str:
    """Write a sum of money, which has two digits in almost every currency."""
    return number(value, 2)


def percent(value: float | None) -> str:
    """Write a share as a percentage."""
    return "-" if value is None else f"{value:.1%}"


def model_and_day(row: Mapping[str, Any]) -> str:
    """Say which model published a row, and for when."""
    return f"model {row['model_version']}, as of {moment(row['as_of'])}"


def moment(value: datetime | None) -> str:
    """Write a moment in UTC, to the second."""
    return "-" if value is None else f"{value:%Y-%m-%d %H:%M:%S}Z"


@contextmanager
def progress(what: str, total: int | None) -> "Iterator[Callable[[int], None]]":
    """Show a bar on a terminal's stderr while work goes on; gives a function that takes rows done."""
    if not sys.stderr.isatty():
        yield lambda rows: None  # noqa: ARG005
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda rows: bar.advance(task, rows)


@contextmanager
def waiting(what: str) -> "Iterator[None]":
    """Show on a terminal's stderr that something is being done."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


@contextmanager
def steps(name: str) -> "Iterator[Callable[[str], None]]":
    """Show the step that is under way on a terminal, and a line for each elsewhere."""
    if not sys.stderr.isatty():
        yield lambda step: say(f"{name}: {step}")
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=None)
        yield lambda step: bar.update(task, description=f"{name}: {step}")


def _print_plain(columns: Sequence[Column], cells: Sequence[Sequence[str]], title: str) -> None:
    titles = [column.title for column in columns]
    lines = [titles, *cells] if any(titles) else list(cells)
    widths = [max(len(line[at]) for line in lines) for at in range(len(columns))] if lines else []
    if title:
        print(title)
    for line in lines:
        aligned = (
            cell.rjust(width) if column.align == "right" else cell.ljust(width)
            for cell, width, column in zip(line, widths, columns, strict=True)
        )
        print("  ".join(aligned).rstrip())
    if title:
        print()


def _print_rich(columns: Sequence[Column], cells: Sequence[Sequence[str]], title: str) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=title or None,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        show_header=any(column.title for column in columns),
    )
    for column in columns:
        table.add_column(column.title, justify=column.align, overflow="fold")
    for row in cells:
        table.add_row(*(Text(cell, style=STYLES.get(cell, "")) for cell in row))
    Console().print(table)
