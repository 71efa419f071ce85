"""`resegment customer ID`: everything about one customer, and why that segment."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

from cli.connection import open_database
from cli.failures import FAILED
from cli.options import add_json_flag, start
from cli.output import amount, moment, number, print_json, print_pairs

if TYPE_CHECKING:
    from shared.adapters.readers import CustomerView

STATUS = {
    "clustered": "clustered",
    "unassigned": "not assigned: the stream has no model yet",
    "no_purchase": "not clustered: returns only, no purchase",
    "no_net_spend": "not clustered: net spend is not above zero",
}


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    parser = subparsers.add_parser("customer", help="one customer, explained")
    parser.add_argument("customer_id", metavar="ID")
    add_json_flag(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the customer; 1 if there is none of that id."""
    settings = start(args)
    from shared.adapters import readers

    with open_database(settings) as database:
        view = readers.customer(database, args.customer_id)
    if view is None:
        print(f"no customer {args.customer_id!r}; `resegment export customers` lists all", file=sys.stderr)
        return FAILED
    if args.json:
        print_json(_document(view))
    else:
        print_pairs(_lines(view), title=f"customer {args.customer_id}")
    return 0


def _document(view: "CustomerView") -> dict[str, Any]:
    explained = {
        "action": view.action,
        "runner_up_name": view.runner_up_name,
        "coordinates": view.coordinates,
    }
    return {"customer_id": view.customer["_id"], **view.customer, **explained}


def _lines(view: "CustomerView") -> dict[str, str]:
    row = view.customer
    lines = {
        "status": STATUS[row["status"]],
        "recency": f"{number(row['recency_days'], 1)} days",
        "frequency": f"{number(row['frequency'])} orders",
        "monetary": amount(row["monetary"]),
        "purchases": f"{moment(row['first_purchase_at'])} to {moment(row['last_purchase_at'])}",
        "records": f"{row['applied']} applied, {row['duplicate']} duplicate, {row['late']} late",
    }
    if row["segment_id"] is not None:
        lines = _place(view) | lines
    if row["last_transition"]:
        lines["last move"] = _transition(row["last_transition"])
    if row["model_version"] is not None:
        lines["model"] = f"version {row['model_version']}, as of {moment(row['as_of'])}"
    return lines


def _place(view: "CustomerView") -> dict[str, str]:
    row = view.customer
    lines = {
        "segment": f"{row['segment_name']} (id {row['segment_id']})",
        "action": view.action or "none named",
    }
    lines["why"] = f"{number(row['distance'], 3)} from its centre"
    if row["runner_up_id"] is not None:
        runner_up = f"{view.runner_up_name or 'segment'} (id {row['runner_up_id']})"
        lines["why"] += f"; the next, {runner_up}, is {number(row['margin'], 3)} further"
    if view.coordinates:
        parts = (f"{name} {value:+.2f}" for name, value in view.coordinates.items())
        lines["compared"] = f"{', '.join(parts)} standard deviations from the average (log scale)"
    beside = "its neighbour is second" if row["som_adjacent"] else "the second best unit is elsewhere"
    lines["map"] = f"row {row['som_row']}, column {row['som_col']} ({beside})"
    return lines


def _transition(transition: dict[str, Any]) -> str:
    start, end = (
        f"id {transition[key]}" if transition[key] is not None else "none" for key in ("from", "to")
    )
    where = f", offset {transition['offset']}" if transition.get("offset") is not None else ""
    return (
        f"segment {start} to {end}, cause {transition['cause']}{where}, as of {moment(transition['as_of'])}"
    )
