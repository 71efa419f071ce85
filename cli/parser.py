"""An argument parser whose errors are short and name what was probably meant."""

import argparse
import difflib
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn


class VerbParser(argparse.ArgumentParser):
    """Parser of the command and of each verb; abbreviated flags are refused, since scripts outlive them."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings, allow_abbrev=False)
        self._verbs: argparse._SubParsersAction[Any] | None = None

    def add_subparsers(self, **settings: Any) -> "argparse._SubParsersAction[Any]":
        """Make this parser one that chooses between verbs."""
        self._verbs = super().add_subparsers(**settings)
        return self._verbs

    def leaves(self) -> Iterator["VerbParser"]:
        """Give every parser below this one that can run: those that need no further verb."""
        if self._verbs is None or self._runs_alone:
            yield self
        if self._verbs is None:
            return
        for parser in dict.fromkeys(self._verbs.choices.values()):
            yield from parser.leaves()

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Refuse an unknown verb with the nearest known one, before argparse lists them all."""
        self._check_verb(args or [])
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Exit with 2 after two lines: what is wrong, and where the help is."""
        self.exit(2, f"{self.prog}: {message}\nsee `{self.prog} --help`\n")

    @property
    def _runs_alone(self) -> bool:
        """Whether there is something to run without a further verb."""
        return self.get_default("run") is not None

    def _check_verb(self, args: Sequence[str]) -> None:
        if self._verbs is None or not args or args[0] in {*self._verbs.choices, *self._option_string_actions}:
            return
        if args[0].startswith("-") and self._runs_alone:
            return
        if args[0].startswith("-"):
            self.error(f"{args[0]} before the verb; flags come after it: {self.prog} VERB {args[0]} …")
        nearest = difflib.get_close_matches(args[0], self._verbs.choices, n=1, cutoff=0.5)
        hint = f"did you mean {nearest[0]!r}?" if nearest else f"there are {', '.join(self._verbs.choices)}"
        self.error(f"no verb {args[0]!r}; {hint}")
