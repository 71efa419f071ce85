"""What the project says in words: its pages, and the sentences and docstrings of its sources."""

import ast
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("shared", "streaming", "batch", "cli", "deploy", "benchmarks")
PAGES = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("data/*.md"), *ROOT.glob(".github/*.md")]
)

EXAMPLE = re.compile(r"^ *(?:>>>|\.\.\.) .*$", re.MULTILINE)


@dataclass(frozen=True)
class Passage:
    """Text and where it stands: `file:line`."""

    where: str
    text: str


def sources() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def lines(path: Path) -> Iterator[Passage]:
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        yield Passage(f"{path.relative_to(ROOT)}:{number}", text)


def docstrings(path: Path) -> list[Passage]:
    """Return what modules, classes, functions and attributes say of themselves, less its examples."""
    return _strings(path)[0]


def sentences(path: Path) -> list[Passage]:
    """Return the strings of several words that are used: messages, help, labels; f-strings in pieces."""
    return _strings(path)[1]


@cache
def _strings(path: Path) -> tuple[list[Passage], list[Passage]]:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    alone = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    said: list[Passage] = []
    used: list[Passage] = []
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            found = Passage(f"{path.relative_to(ROOT)}:{node.lineno}", EXAMPLE.sub("", node.value))
            (said if id(node) in alone else used).append(found)
    return said, used


def comments(path: Path) -> Iterator[Passage]:
    with tokenize.open(path) as text:
        for token in tokenize.generate_tokens(text.readline):
            if token.type == tokenize.COMMENT:
                yield Passage(f"{path.relative_to(ROOT)}:{token.start[0]}", token.string)
