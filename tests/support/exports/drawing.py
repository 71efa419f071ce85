"""Draw a random export: sales, how they are written, and what is wrong with the file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from random import Random

from tests.support.exports import files
from tests.support.exports.damages import damage
from tests.support.exports.files import Cell, Text
from tests.support.exports.sales import Trade, drawn_lines
from tests.support.exports.shop import Line
from tests.support.exports.spelling import DAYS, TIMES, Numbers, Times

_NAMES = (
    "order;when;who;sku;qty;price;amount;Date;Time",
    "Order ID;Order Date;Customer ID;SKU;Quantity;Unit Price;Total;Order Date;Order Time",
    "Beleg;Datum;Kunde;Artikel;Menge;Preis;Betrag;Datum;Uhrzeit",
    "N° commande;Date;N° client;Article;Quantité;Prix unitaire;Montant;Date;Heure",
    "Pedido;Fecha;Cliente;Artículo;Cantidad;Precio;Importe;Fecha;Hora",
    "Receipt no.;Sale date;Customer e-mail;Item;Units;Item price;Line total;Sale date;Sale time",
    "A;B;C;D;E;F;G;B;H",
)
_FIELDS = ("invoice_no", "event_time", "customer_id", "stock_code", "quantity", "unit_price", "amount")
_KINDS = ("CSV",) * 7 + ("Excel", "JSON lines", "JSON array", "Parquet")


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


@dataclass(frozen=True)
class _Plan:
    kind: str
    names: tuple[str, ...]
    numbers: Numbers
    times: Times
    ids: str
    has_clock: bool
    has_orders: bool
    has_event_ids: bool
    is_amount_only: bool
    is_typed: bool
    blanks: str


def drawn_export(rng: Random) -> Export:
    """Draw one."""
    plan = _plan(rng)
    trade = Trade(
        rng.choice(("cents", "cents", "whole", "thousands")),
        rng.choice(("few", "few", "one", "many", "weights")),
        rng.choice(("never", "quantity", "price")),
        rng.random() < 0.3,
        rng.choice((400, 60, 12, 0)),
    )
    customers = [_customer(plan.ids, number) for number in range(rng.randint(1, 6))]
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


def _plan(rng: Random) -> _Plan:
    kind = rng.choice(_KINDS)
    has_clock = rng.random() < 0.15
    numbers = Numbers(
        *rng.choice(((".", ""), (".", ","), (",", ""), (",", "."), (",", " "), (".", "'"), (",", "\u202f"))),
        rng.choice(("{}",) * 4 + ("{} €", "€{}", "$ {}", "EUR {}", "{} kr")),
        rng.choice(("-{}",) * 3 + ("({})", "{}-", "\u2212{}")),
    )
    return _Plan(
        kind,
        tuple(rng.choice(_NAMES).split(";")),
        numbers,
        rng.choice(DAYS if has_clock else TIMES),
        rng.choice(("text", "whole", "floats", "padded", "mail", "blanks", "guarded")),
        has_clock,
        rng.random() < 0.85,
        rng.random() < 0.25,
        rng.random() < 0.2,
        kind != "CSV" and rng.random() < 0.6,
        rng.choice(("none",) * 7 + ("who and when", "all")),
    )


def _customer(ids: str, number: int) -> str:
    match ids:
        case "whole" | "floats":
            return str(20001 + number)
        case "padded" | "guarded":
            return f"{7 + 5 * number:05d}"
        case "mail":
            return f"ann.{number}@example.org"
        case _:
            return f"K-{number:03d}"


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


def _written(rng: Random, plan: _Plan, trade: Trade, lines: Sequence[Line], *, repeated_id: bool) -> Export:
    columns = _columns(rng, plan, trade, lines)
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
        *_switches(plan),
    ]
    remedies = _remedies(plan, names)
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
            remedies,
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
        remedies,
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


def _main(plan: _Plan) -> str:
    return plan.names[3]


def _switches(plan: _Plan) -> list[str]:
    return [
        *(["date and time"] if plan.has_clock else []),
        *(["amount only"] if plan.is_amount_only else []),
        *(["event ids"] if plan.has_event_ids else []),
        *(["no orders"] if not plan.has_orders else []),
        *(["typed"] if plan.is_typed else []),
        *([f"blank {plan.blanks}"] if plan.blanks != "none" else []),
    ]


def _columns(rng: Random, plan: _Plan, trade: Trade, lines: Sequence[Line]) -> dict[str, list[Cell]]:
    """Write all columns under their names."""
    order, when, who, article, quantity, price, amount, day, clock = plan.names
    columns: dict[str, list[Cell]] = {article: [line.article for line in lines]}
    if plan.has_orders or plan.blanks != "none":
        columns[order] = [line.order for line in lines]
    if plan.has_clock:
        columns[day] = [plan.times.write(line.when) for line in lines]
        columns[clock] = [line.when.strftime("%H:%M") for line in lines]
    else:
        columns[when] = [_time(plan, line) for line in lines]
    columns[who] = [_written_id(plan, line.who) for line in lines]
    places = 0 if trade.prices in {"whole", "thousands"} else 2
    quantity_places = 3 if trade.quantities == "weights" else 0
    if plan.is_amount_only:
        columns[amount] = [
            _number(plan, line.price, places + quantity_places, is_money=True) for line in lines
        ]
    else:
        columns[quantity] = [_number(plan, line.quantity, quantity_places, is_money=False) for line in lines]
        columns[price] = [_number(plan, line.price, places, is_money=True) for line in lines]
    if plan.has_event_ids:
        columns["Line ID"] = [line.event_id for line in lines]
    _blank(plan, lines, columns)
    if rng.random() < 0.3:
        columns["Remark"] = [rng.choice((None, "gift", "call, first", "ok")) for _ in lines]
    if rng.random() < 0.2:
        columns["Phone"] = [f"+49 170 {1000 + place}" for place in range(len(lines))]
    return columns


def _time(plan: _Plan, line: Line) -> Cell:
    if plan.is_typed and plan.kind in {"Excel", "Parquet"}:
        return line.when
    text = plan.times.write(line.when)
    return int(text) if plan.is_typed and text.isdigit() and text[0] != "0" else text


def _written_id(plan: _Plan, who: str) -> Cell:
    if not who:
        return "nan" if plan.ids == "floats" and not plan.is_typed else None
    match plan.ids:
        case "whole" if plan.is_typed:
            return int(who)
        case "floats":
            return float(who) if plan.is_typed else f"{who}.0"
        case "blanks":
            return f" {who} "
        case "guarded":
            return who if plan.kind == "Excel" else f'="{who}"'
        case _:
            return who


def _number(plan: _Plan, value: Decimal, places: int, *, is_money: bool) -> Cell:
    if not plan.is_typed:
        return plan.numbers.write(value, places, is_money=is_money)
    return int(value) if not places else round(value, places)


def _blank(plan: _Plan, lines: Sequence[Line], columns: dict[str, list[Cell]]) -> None:
    if plan.blanks == "none":
        return
    order, when, who, *_, day, clock = plan.names
    names = [who, *((day, clock) if plan.has_clock else (when,)), *((order,) if plan.blanks == "all" else ())]
    for place in range(1, len(lines)):
        if lines[place].order == lines[place - 1].order:
            for name in names:
                columns[name][place] = None


def _remedies(plan: _Plan, names: Sequence[str]) -> dict[str, Mapping[str, object]]:
    """Say what the person who made the file knows of it, by the finding that asks for it."""
    columns = dict(zip(_FIELDS, plan.names, strict=False))
    if plan.has_clock:
        columns["event_time"] = f"{plan.names[7]}+{plan.names[8]}"
    pairs = tuple(
        f"{name}={column}" for name, column in columns.items() if set(column.split("+")) <= set(names)
    )
    told = plan.times.pattern
    pattern = f"{told} %H:%M" if told and plan.has_clock else told
    mends: dict[str, Mapping[str, object]] = {
        "ambiguous_numbers": {"decimal": plan.numbers.decimal},
        "missing_fields": {"pairs": pairs},
        "absent_column": {"pairs": pairs},
        "blank_repeated_cells": {"fill_down": True},
    }
    if pattern and (plan.has_clock or not (plan.is_typed and plan.kind in {"Excel", "Parquet"})):
        mends["ambiguous_times"] = {"time_format": pattern}
    return mends
