"""`resegment customer ID`: everything about one customer, and why that segment."""

import argparse
from typing import TYPE_CHECKING, Any

from cli.connection import open_database
from cli.options import Verbs, add_json_flag, add_verb, start
from cli.output import amount, answer, moment, number, print_pairs
from cli.standing import as_pairs, next_step
from shared.errors import ReclusteringError

if TYPE_CHECKING:
    from shared.adapters.customer_view import CustomerView, Period

STATUS = {
    "clustered": "clustered",
    "unassigned": "not assigned: the stream has no model yet",
    "no_purchase": "not clustered: returns only, no purchase",
    "no_net_spend": "not clustered: net spend is not above zero",
}


def register(subparsers: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(subparsers, "customer", run, "one customer, explained")
    parser.add_argument("customer_id", metavar="ID")
    add_json_flag(parser)


def run(args: argparse.Namespace) -> int:
    """Print the customer; says so if there is none of that id."""
    settings = start(args)
    from shared.adapters.customer_view import customer_view

    with open_database(settings) as database:
        view = customer_view(database, args.customer_id, settings.stream.id)
        advice = next_step(database, settings)
    if view is None:
        lists = "none of the customers has this id; `resegment export customers --out FILE` lists all"
        msg = f"there is no customer {args.customer_id!r}; {advice or lists}"
        raise ReclusteringError(msg)
    lines = _lines(view) | as_pairs(advice)
    answer(args, _document(view), lambda: print_pairs(lines, title=f"customer {args.customer_id}"))
    return 0


def _document(view: "CustomerView") -> dict[str, Any]:
    kept = {key: value for key, value in view.customer.items() if key != "_id"}
    runner_up_name = view.segment_names.get(kept["runner_up_id"])
    explained = {"action": view.action, "runner_up_name": runner_up_name, "coordinates": view.coordinates}
    return {"customer_id": view.customer["_id"], **kept, **explained, "periods": list(view.periods)}


def _lines(view: "CustomerView") -> dict[str, str]:
    row = view.customer
    has_bought = row["first_purchase_at"] is not None
    return {
        "status": STATUS[row["status"]],
        **(_place(view) if row["segment_id"] is not None else {}),
        "recency": f"{number(row['recency_days'], 1)} days" if row["recency_days"] is not None else "unknown",
        "frequency": f"{number(row['frequency'])} orders",
        "monetary": amount(row["monetary"]),
        "purchases": f"{moment(row['first_purchase_at'])} to {moment(row['last_purchase_at'])}"
        if has_bought
        else "none",
        **{f"last {period.days} days": _period(period) for period in view.periods},
        "records": f"{row['applied']:,} applied, {row['duplicate']:,} duplicate, {row['late']:,} late",
        **({"last move": _move(view, row["last_transition"])} if row["last_transition"] else {}),
        "model": f"version {row['model_version']}, as of {moment(row['as_of'])}"
        if row["model_version"]
        else "none yet",
    }


def _period(period: "Period") -> str:
    text = f"{number(period.orders)} orders on {number(period.active_days)} days, {amount(period.spend)}"
    return f"{text} net, {amount(period.returned)} of it returned" if period.returned else text


def _place(view: "CustomerView") -> dict[str, str]:
    row = view.customer
    why = f"{number(row['distance'], 3)} from its center"
    if row["runner_up_id"] is not None:
        why += f"; the next, {_named(view, row['runner_up_id'])}, is {number(row['margin'], 3)} further"
    beside = "its neighbour is second" if row["som_adjacent"] else "the second best unit is elsewhere"
    parts = ", ".join(f"{name} {value:+.2f}" for name, value in view.coordinates.items())
    return {
        "segment": _named(view, row["segment_id"]),
        "action": view.action or "none named",
        "why": why,
        **({"compared": f"{parts} standard deviations from the average, log scale"} if parts else {}),
        "map": f"row {row['som_row']}, column {row['som_col']} ({beside})",
    }


def _move(view: "CustomerView", transition: dict[str, Any]) -> str:
    path = f"from {_named(view, transition['from'])} to {_named(view, transition['to'])}"
    where = f", offset {transition['offset']}" if transition["offset"] is not None else ""
    return f"{path}, cause {transition['cause']}{where}, as of {moment(transition['as_of'])}"


def _named(view: "CustomerView", segment_id: int | None) -> str:
    if segment_id is None:
        return "no segment"
    return f"{view.segment_names.get(segment_id, 'a segment')} (id {segment_id})"
