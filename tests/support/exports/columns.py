"""Sales as the columns of a table, in the way of a plan."""

from collections.abc import Sequence
from decimal import Decimal
from random import Random

from tests.support.exports.files import Cell
from tests.support.exports.plan import Plan
from tests.support.exports.sales import Trade
from tests.support.exports.shop import Line


def columns_of(rng: Random, plan: Plan, trade: Trade, lines: Sequence[Line]) -> dict[str, list[Cell]]:
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


def _time(plan: Plan, line: Line) -> Cell:
    if plan.is_typed and plan.kind in {"Excel", "Parquet"}:
        return line.when
    text = plan.times.write(line.when)
    return int(text) if plan.is_typed and text.isdigit() and text[0] != "0" else text


def _written_id(plan: Plan, who: str) -> Cell:
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


def _number(plan: Plan, value: Decimal, places: int, *, is_money: bool) -> Cell:
    if not plan.is_typed:
        return plan.numbers.write(value, places, is_money=is_money)
    return int(value) if not places else round(value, places)


def _blank(plan: Plan, lines: Sequence[Line], columns: dict[str, list[Cell]]) -> None:
    if plan.blanks == "none":
        return
    order, when, who, *_, day, clock = plan.names
    names = [who, *((day, clock) if plan.has_clock else (when,)), *((order,) if plan.blanks == "all" else ())]
    for place in range(1, len(lines)):
        if lines[place].order == lines[place - 1].order:
            for name in names:
                columns[name][place] = None
