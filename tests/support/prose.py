"""What the project says in words: its pages, and the sentences and docstrings of its sources."""

import ast
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, replace
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


def docstrings(path: Path) -> Iterator[Passage]:
    """Yield what modules, classes, functions and attributes say of themselves, less its examples."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            found = _passage(path, node.value)
            yield replace(found, text=EXAMPLE.sub("", found.text))


def comments(path: Path) -> Iterator[Passage]:
    with tokenize.open(path) as text:
        for token in tokenize.generate_tokens(text.readline):
            if token.type == tokenize.COMMENT:
                yield Passage(f"{path.relative_to(ROOT)}:{token.start[0]}", token.string)


def sentences(path: Path) -> Iterator[Passage]:
    """Yield every string of several words that is used: messages, help, labels; f-strings piece by piece."""
    alone = {id(node.value) for node in ast.walk(_tree(path)) if isinstance(node, ast.Expr)}
    for node in ast.walk(_tree(path)):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value
        if is_text and id(node) not in alone:
            yield _passage(path, node)


_trees: dict[Path, ast.Module] = {}


def _tree(path: Path) -> ast.Module:
    if path not in _trees:
        _trees[path] = ast.parse(path.read_text(encoding="utf-8"))
    return _trees[path]


def _passage(path: Path, node: ast.Constant) -> Passage:
    return Passage(f"{path.relative_to(ROOT)}:{node.lineno}", str(node.value))
