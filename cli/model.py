"""`resegment model ls|show|diff|promote|rollback|pin|unpin`: the models, and which of them is in force."""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cli.connection import open_database
from cli.model_display import print_difference, print_model, print_models
from cli.options import Verbs, add_json_flag, add_verb, start
from cli.output import answer
from cli.standing import next_step

if TYPE_CHECKING:
    from pymongo.database import Database

    from shared.adapters.mongo.models import Pointer

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
    answer(args, rows, lambda: print_models(rows, str(advice or "there is no model")))
    return 0


def _show(args: argparse.Namespace) -> int:
    settings = start(args)
    from shared.adapters import registry

    with open_database(settings) as database:
        model = registry.describe(database, args.version)
    answer(args, model, lambda: print_model(model))
    return 0


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
    answer(args, found, lambda: print_difference(found, args.a, args.b))
    return 0


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
