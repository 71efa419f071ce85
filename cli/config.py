"""`resegment config show`: every setting, its value and what decided it."""

import argparse

from cli.options import add_json_flag, load
from cli.output import Column, print_json, print_table


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    parser = subparsers.add_parser("config", help="show the settings and where each comes from")
    verbs = parser.add_subparsers(dest="config_verb", metavar="VERB", required=True)
    show = verbs.add_parser("show", help="print every setting, secrets masked")
    show.add_argument("--origin", action="store_true", help="also print what decided each value")
    add_json_flag(show)
    show.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the settings."""
    from shared.settings.loading import shown_values

    loaded = load(args)
    values = shown_values(loaded.settings)
    rows = [(key, value, loaded.origins.get(key, "default")) for key, value in values.items()]
    if args.json:
        print_json([{"key": key, "value": value, "origin": origin} for key, value, origin in rows])
        return 0
    width = 3 if args.origin else 2
    columns = [Column("setting", "left"), Column("value", "left"), Column("origin", "left")][:width]
    print_table(columns, [(key, _text(value), origin)[:width] for key, value, origin in rows])
    return 0


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value)
    return "" if value is None else str(value)
