"""The flags that every verb has, and the settings they lead to.

Imported by every verb, so it must stay cheap: what reads settings is imported when a verb runs.
"""

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from shared.errors import InvalidConfig

if TYPE_CHECKING:
    from shared.settings import Settings
    from shared.settings.loading import LoadedSettings

Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no public name
"""What a verb, or an action of one, is added to."""


def add_verb(
    verbs: Verbs,
    name: str,
    run: Callable[[argparse.Namespace], int],
    text: str,
    *,
    description: str | None = None,
    epilog: str | None = None,
) -> argparse.ArgumentParser:
    """Add a verb, or an action of one, that `text` describes in a list and, as a sentence, in its help.

    description : what the help says instead. epilog : what it ends with.
    """
    sentence = description or text[0].upper() + text[1:] + "."
    verb = verbs.add_parser(name, help=text, description=sentence, epilog=epilog)
    verb.set_defaults(run=run)
    return verb


def add_common_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags of every verb; `main` calls this, verbs do not."""
    group = parser.add_argument_group("common flags")
    group.add_argument(
        "--config", metavar="FILE", type=Path, help="settings file (default: resegment.toml if present)"
    )
    group.add_argument(
        "--set",
        metavar="SECTION.KEY=VALUE",
        action="append",
        default=[],
        help="override one setting; repeatable",
    )
    group.add_argument(
        "--log-level", choices=("debug", "info", "warning", "error"), help="same as --set log.level=…"
    )
    group.add_argument("--log-format", choices=("text", "json"), help="same as --set log.format=…")
    group.add_argument("--debug", action="store_true", help="show the traceback of a failure")


def add_json_flag(parser: argparse.ArgumentParser) -> None:
    """Add `--json`, which every read verb has."""
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout instead of text")


def load(args: argparse.Namespace) -> "LoadedSettings":
    """Read the settings that the flags, the environment and the settings file give.

    Raises
    ------
    InvalidConfig : see `shared.settings.loading.load_settings`.
    """
    from shared.settings.loading import load_settings

    return load_settings(args.config, _overrides(args), os.environ)


def start(args: argparse.Namespace) -> "Settings":
    """Read the settings and start logging: the first line of every verb's `run`.

    Raises
    ------
    InvalidConfig : see `load`.
    """
    from shared import log

    settings = load(args).settings
    log.configure(settings.log)
    return settings


def _overrides(args: argparse.Namespace) -> dict[str, str]:
    given = dict(_pair(text) for text in args.set)
    shorthands = {"log.level": args.log_level, "log.format": args.log_format}
    return given | {key: value for key, value in shorthands.items() if value is not None}


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        msg = f"--set takes SECTION.KEY=VALUE, got {text!r}; for example --set stream.id=shop-2"
        raise InvalidConfig(msg)
    return key.strip(), value
