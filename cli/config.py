"""`resegment config show`: every setting, its value and what decided it."""

import argparse

from cli.options import Verbs, add_json_flag, add_verb, load
from cli.output import answer, left, print_table


def register(subparsers: Verbs) -> None:
    """Add the verb."""
    parser = subparsers.add_parser("config", help="show the settings and where each comes from")
    verbs = parser.add_subparsers(dest="config_verb", metavar="VERB", required=True)
    show = add_verb(verbs, "show", run, "print every setting, secrets masked")
    show.add_argument("--origin", action="store_true", help="also print what decided each value")
    add_json_flag(show)


def run(args: argparse.Namespace) -> int:
    """Print the settings."""
    from shared.settings.loading import shown_values

    loaded = load(args)
    values = shown_values(loaded.settings)
    rows = [(key, value, loaded.origins.get(key, "default")) for key, value in values.items()]
    document = [{"key": key, "value": value, "origin": origin} for key, value, origin in rows]
    columns = left("setting", "value", "origin")[: 3 if args.origin else 2]
    cells = [(key, _text(value), origin)[: len(columns)] for key, value, origin in rows]
    answer(args, document, lambda: print_table(columns, cells))
    return 0


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value)
    return "" if value is None else str(value)
