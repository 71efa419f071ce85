"""How an export is written: drawn once, and what a person who made it knows of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

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
class Plan:
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


def drawn_plan(rng: Random) -> Plan:
    kind = rng.choice(_KINDS)
    has_clock = rng.random() < 0.15
    numbers = Numbers(
        *rng.choice(((".", ""), (".", ","), (",", ""), (",", "."), (",", " "), (".", "'"), (",", "\u202f"))),
        rng.choice(("{}",) * 4 + ("{} €", "€{}", "$ {}", "EUR {}", "{} kr")),
        rng.choice(("-{}",) * 3 + ("({})", "{}-", "\u2212{}")),
    )
    return Plan(
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


def customer(ids: str, number: int) -> str:
    match ids:
        case "whole" | "floats":
            return str(20001 + number)
        case "padded" | "guarded":
            return f"{7 + 5 * number:05d}"
        case "mail":
            return f"ann.{number}@example.org"
        case _:
            return f"K-{number:03d}"


def switches(plan: Plan) -> list[str]:
    return [
        *(["date and time"] if plan.has_clock else []),
        *(["amount only"] if plan.is_amount_only else []),
        *(["event ids"] if plan.has_event_ids else []),
        *(["no orders"] if not plan.has_orders else []),
        *(["typed"] if plan.is_typed else []),
        *([f"blank {plan.blanks}"] if plan.blanks != "none" else []),
    ]


def remedies(plan: Plan, names: Sequence[str]) -> dict[str, Mapping[str, object]]:
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
        "ambiguous_numbers": {"decimal": "." if plan.is_typed else plan.numbers.decimal},
        "missing_fields": {"pairs": pairs},
        "absent_column": {"pairs": pairs},
        "blank_repeated_cells": {"fill_down": True},
    }
    if pattern and (plan.has_clock or not (plan.is_typed and plan.kind in {"Excel", "Parquet"})):
        mends["ambiguous_times"] = {"time_format": pattern}
    return mends
