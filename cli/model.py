"""`resegment model ls|show|diff|promote|rollback|pin|unpin`: the models, and which of them is in force."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cli.connection import open_database
from cli.options import Verbs, add_json_flag, add_verb, start
from cli.output import Column, amount, answer, left, moment, number, percent, print_pairs, print_table
from cli.standing import next_step

if TYPE_CHECKING:
    from pymongo.database import Database

    from shared.adapters.mongo.models import Pointer
    from shared.adapters.registry import Listed
    from shared.core.model.comparison import ModelDiff

MODELS = (
    Column("model"),
    Column("state", "left"),
    Column("run said", "left"),
    Column("as of", "left"),
    Column("k"),
    Column("customers"),
    Column("error"),
    Column("reason", "left"),
)
REASON = "moved by an operator"


def register(subparsers: Verbs) -> None:
    """Add the verb and its actions."""
    verb = subparsers.add_parser("model", help="the models that were fitted, and which one is in force")
    actions = verb.add_subparsers(
        dest="action", required=True, metavar="ls|show|diff|promote|rollback|pin|unpin"
    )
    _add(actions, "ls", _ls, "every model, the newest first, and what its run decided")
    _add(actions, "show", _show, "one model: segments, gates, lineage", "version")
    _add(actions, "diff", _diff, "two models side by side", "a", "b")
    _add_move(actions, "promote", _promote, "put a stored model in force", "version")
    _add_move(actions, "rollback", _rollback, "put the model before this one in force again")
    pin = _add(actions, "pin", _pin, "keep a model in force until `unpin`; without V the champion")
    pin.add_argument("version", metavar="V", type=int, nargs="?")
    _add(actions, "unpin", _unpin, "let the champion be replaced again")


def _add(
    actions: Verbs,
    name: str,
    run: Callable[[argparse.Namespace], int],
    text: str,
    *versions: str,
) -> argparse.ArgumentParser:
    action = add_verb(actions, name, run, text)
    for version in versions:
        action.add_argument(version, metavar="V" if version == "version" else version.upper(), type=int)
    add_json_flag(action)
    return action


def _add_move(
    actions: Verbs,
    name: str,
    run: Callable[[argparse.Namespace], int],
    text: str,
    *versions: str,
) -> None:
    _add(actions, name, run, text, *versions).add_argument(
        "--reason", default=REASON, help="kept with the pointer"
    )


def _ls(args: argparse.Namespace) -> int:
    settings = start(args)
    from shared.adapters import registry

    with open_database(settings) as database:
        rows, advice = registry.list_models(database), next_step(database, settings)
    cells, empty = [_listed(row) for row in rows], str(advice or "there is no model")
    answer(args, rows, lambda: print_table(MODELS, cells, empty=empty))
    return 0


def _listed(row: "Listed") -> tuple[str, ...]:
    return (
        str(row.version),
        row.state,
        row.decision or "-",
        f"{row.as_of:%Y-%m-%d}",
        f"{row.k}{' provisional' if row.provisional else ''}",
        number(row.customers),
        number(row.quantization_error, 4),
        row.reason or "-",
    )


def _show(args: argparse.Namespace) -> int:
    settings = start(args)
    from shared.adapters import registry

    with open_database(settings) as database:
        model = registry.describe(database, args.version)
    answer(args, model, lambda: _print_model(model))
    return 0


def _print_model(model: Mapping[str, Any]) -> None:
    print_pairs(_lines(model), title=f"model {model['version']}")
    _print_segments(model["segments"], model["features"])
    gates = [
        (gate["family"], gate["name"], "passed" if gate["passed"] else "not passed", gate["text"])
        for gate in model["gates"]
    ]
    if gates:
        print_table(left("gate", "name", "result", "in words"), gates)
    edges = [
        (
            edge["kind"],
            _ids(edge["old"]),
            _ids(edge["new"]),
            percent(edge["share"]),
            number(edge["customers"]),
        )
        for edge in model["lineage"]
    ]
    if edges:
        print_table(left("lineage", "from", "to", "share", "customers"), edges)


def _ids(ids: Sequence[int]) -> str:
    return ", ".join(str(one) for one in ids) or "-"


def _lines(model: Mapping[str, Any]) -> dict[str, str]:
    return {
        "state": model["state"],
        "decision": f"{model['decision'] or 'none recorded'}: {model['reason'] or '-'}",
        "fitted": f"as of {moment(model['as_of'])}, on {number(model['customers'])} customers",
        "data": f"{moment(model['data_from'])} to {moment(model['data_to'])}",
        "kind": "provisional" if model["provisional"] else "lasting",
        "parent": "none" if model["parent"] is None else f"model {model['parent']}",
        "error": f"{model['quantization_error']:.4f} (mean distance to the center, in deviations)",
        "run": f"{model['run_id']}, seed {model['seed']}, code {model['code_version']}",
        "checksum": model["checksum"],
    }


def _print_segments(rows: Sequence[Mapping[str, Any]], features: Sequence[str]) -> None:
    titles = ("id", "customers", "share", "radius", *features)
    columns = [Column("segment", "left"), *(Column(title) for title in titles)]
    cells = [
        (
            row["name"],
            str(row["segment_id"]),
            number(row["customers"]),
            percent(row["share"]),
            number(row["radius"], 3),
            *(amount(row["center"][name]) for name in features),
        )
        for row in rows
    ]
    print_table(columns, cells)


def _diff(args: argparse.Namespace) -> int:
    settings = start(args)
    from shared.adapters.mongo.models import load_model
    from shared.adapters.mongo.segment_names import load_names
    from shared.core.model.comparison import diff
    from shared.core.segments.given_names import with_names

    with open_database(settings) as database:
        names = load_names(database)
        a, b = (with_names(load_model(database, version), names) for version in (args.a, args.b))
    found = diff(a, b)
    answer(args, found, lambda: _print_difference(found, args.a, args.b))
    return 0


def _print_difference(found: "ModelDiff", a: int, b: int) -> None:
    columns = left("", f"model {a}", f"model {b}")
    values = [(name, _plain(ours), _plain(theirs)) for name, (ours, theirs) in found.values.items()]
    print_table(columns, values, title="differences", empty="no differences besides the segments")
    print_table(
        [*columns, Column("center moved")],
        [
            (str(row["segment_id"]), _side(row["a"]), _side(row["b"]), number(row["shift"], 3))
            for row in found.segments
        ],
        title="segments",
    )


def _side(row: Mapping[str, Any] | None) -> str:
    return "-" if row is None else f"{row['name']}, {number(row['customers'])} ({percent(row['share'])})"


def _plain(value: object) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _promote(args: argparse.Namespace) -> int:
    from shared.adapters import registry

    return _move(args, lambda database: registry.put_in_force(database, args.version, args.reason))


def _rollback(args: argparse.Namespace) -> int:
    from shared.adapters import registry

    return _move(args, lambda database: registry.roll_back(database, args.reason))


def _pin(args: argparse.Namespace) -> int:
    from shared.adapters import registry

    return _move(args, lambda database: registry.pin(database, args.version))


def _unpin(args: argparse.Namespace) -> int:
    from shared.adapters import registry

    return _move(args, registry.unpin)


def _move(args: argparse.Namespace, move: "Callable[[Database[dict[str, Any]]], Pointer]") -> int:
    with open_database(start(args)) as database:
        pointer = move(database)
    state = "pinned" if pointer.pinned else "not pinned"
    before = "" if pointer.previous is None else f", before it model {pointer.previous}"
    line = f"model {pointer.version} is in force ({state}, epoch {pointer.epoch}){before}"
    answer(args, pointer, lambda: print(line))
    return 0
