"""Draw a random export: sales, how they are written, and what is wrong with the file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from random import Random

from tests.support.exports import files
from tests.support.exports.columns import columns_of
from tests.support.exports.damages import damage
from tests.support.exports.files import Text
from tests.support.exports.plan import Plan, customer, drawn_plan, remedies, switches
from tests.support.exports.sales import Trade, drawn_lines
from tests.support.exports.shop import Line
from tests.support.exports.spelling import Numbers


@dataclass(frozen=True)
class Export:
    """A file, what is right of it, and how a person who knows it answers.

    lines : of the rows that can be read, in the file's order. remedies : code of a stop -> the wishes that
    mend it. final : codes of stops that no flag mends. said : codes of warnings that excuse a difference.
    features : what it was drawn to be.
    """

    content: bytes
    lines: tuple[Line, ...]
    has_orders: bool
    features: tuple[str, ...]
    remedies: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    encoding: str | None = None
    final: frozenset[str] = frozenset()
    said: frozenset[str] = frozenset()


def drawn_export(rng: Random) -> Export:
    """Draw one."""
    plan = drawn_plan(rng)
    trade = Trade(
        rng.choice(("cents", "cents", "whole", "thousands")),
        rng.choice(("few", "few", "one", "many", "weights")),
        rng.choice(("never", "quantity", "price")),
        rng.random() < 0.3,
        rng.choice((400, 60, 12, 0)),
    )
    customers = [customer(plan.ids, number) for number in range(rng.randint(1, 6))]
    if rng.random() < 0.3:
        customers.append("")
    step = timedelta(minutes=1) if plan.has_clock else plan.times.step
    lines = drawn_lines(rng, trade, customers, step)
    if plan.is_amount_only:
        lines = [replace(line, quantity=Decimal(1), price=line.amount) for line in lines]
    if plan.blanks == "none":
        lines = _ordered(rng, lines)
    if rng.random() < 0.15:
        lines += rng.sample(lines, min(len(lines), 3))
    repeated_id = False
    if plan.has_event_ids:
        lines = _with_ids(lines)
        if rng.random() < 0.15 and len(lines) > 3:
            repeated_id = True
            lines[-1] = replace(lines[-1], event_id=lines[0].event_id, article="another")
    return _written(rng, plan, trade, lines, repeated_id=repeated_id)


def _ordered(rng: Random, lines: list[Line]) -> list[Line]:
    match rng.choice(("time", "time", "newest", "shuffled", "customer")):
        case "newest":
            return lines[::-1]
        case "shuffled":
            return rng.sample(lines, len(lines))
        case "customer":
            return sorted(lines, key=lambda line: line.who)
        case _:
            return lines


def _with_ids(lines: Sequence[Line]) -> list[Line]:
    """Give each line an id; the same line sent twice keeps its own."""
    known: dict[int, str] = {}
    return [replace(line, event_id=known.setdefault(id(line), f"L{len(known):04d}")) for line in lines]


def _written(rng: Random, plan: Plan, trade: Trade, lines: Sequence[Line], *, repeated_id: bool) -> Export:
    columns = columns_of(rng, plan, trade, lines)
    names = list(columns)
    rng.shuffle(names)
    rows = [[columns[name][place] for name in names] for place in range(len(lines))]
    has_orders = plan.has_orders or plan.blanks != "none"
    final = {"conflicting_ids"} if repeated_id else set()
    features = [
        plan.kind,
        plan.names[1],
        plan.times.name,
        plan.ids,
        f"{plan.numbers}",
        f"{trade}",
        *switches(plan),
    ]
    mends = remedies(plan, names)
    said = {"conflicting_ids"} if repeated_id else set()
    if plan.kind != "CSV":
        write = {
            "Excel": files.as_excel, "JSON lines": files.as_json_lines, "JSON array": files.as_json_array,
            "Parquet": files.as_parquet,
        }[plan.kind]  # fmt: skip
        content = write(names, rows)
        return Export(
            content,
            tuple(lines),
            has_orders,
            tuple(features),
            mends,
            None,
            frozenset(final),
            frozenset(said),
        )
    text = _text(rng, plan.numbers)
    damaged = damage(
        rng, text, names, [[str(c or "") for c in row] for row in rows], names.index(_main(plan))
    )
    pack = rng.choice(("no",) * 8 + ("gzip", "zip"))
    if plan.blanks != "none" and not all(damaged.is_sound):
        final.add("rejected_rows")
    return Export(
        files.packed(damaged.content, pack),
        tuple(_left(lines, damaged.is_sound, plan.blanks)),
        has_orders,
        (*features, f"{text}", pack, *damaged.names),
        mends,
        text.encoding,
        frozenset(final | damaged.final),
        frozenset(said),
    )


def _left(lines: Sequence[Line], is_sound: Sequence[bool], blanks: str) -> Iterator[Line]:
    """Give the lines that can be read: with blank cells not those whose order began on a damaged row."""
    lost, before = False, ""
    for line, is_read in zip(lines, is_sound, strict=True):
        is_first = line.order != before
        lost = (lost and not is_first) or (not is_read and (is_first or blanks == "all"))
        before = line.order
        if is_read and not (lost and blanks != "none"):
            yield line


def _text(rng: Random, numbers: Numbers) -> Text:
    return Text(
        rng.choice((",", ",", ";", ";", "\t", "|")),
        rng.choice(("few", "few", "all")),
        rng.choice(("\n", "\n", "\r\n")),
        rng.choice(("utf-8",) * 4 + ("utf-8-sig", "utf-16", "cp1252" if numbers.is_western else "utf-8")),
    )


def _main(plan: Plan) -> str:
    return plan.names[3]
