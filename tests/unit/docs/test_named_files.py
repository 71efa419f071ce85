"""Every file, module and function is there that a page, a docstring, a comment or a tool's settings name."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from shared.settings import Settings
from tests.support.prose import PACKAGES, PAGES, ROOT, Passage, comments, docstrings, lines, sources

FOLDERS = (*PACKAGES, "tests", "docs", "data", "requirements", r"\.ci", r"\.github")
PATH = re.compile(rf"(?<![\w./<>\[$-])((?:{'|'.join(FOLDERS)})/[\w./*-]*[\w*/])")
LINK = re.compile(r"\]\(([^)#: ]+)[^): ]*\)")
MODULE = re.compile(rf"(?<![\w./-])((?:{'|'.join(PACKAGES)})(?:\.(?!md\b)[A-Za-z_]\w*)+)(?![\w/(-])")
BARE = re.compile(r"(?<![\w./-])([a-z_]\w*\.py)\b")
FROM_HERE = re.compile(r"`([a-z_]\w*)\.([A-Za-z_]\w*)`")
OF_TOOLS = [ROOT / name for name in ("pyproject.toml", "Makefile", ".ci/run", "docker-compose.yml")]
OF_OTHERS = {"spark.jars", "data/retail-data/by-day"}


def missing(text: str) -> list[str]:
    """Paths and dotted names in `text` that lead nowhere."""
    paths = [path for path in PATH.findall(text) if not list(ROOT.glob(path.rstrip("./")))]
    names = [name for name in MODULE.findall(text) if not _leads_somewhere(name)]
    return [name for name in [*paths, *names] if name not in OF_OTHERS]


def _leads_somewhere(name: str) -> bool:
    """Whether packages, then a module, then at most a class or function and a member of it are there."""
    place, parts = ROOT, name.split(".")
    while parts and (place / parts[0]).is_dir():
        place /= parts.pop(0)
    if parts and (place / f"{parts[0]}.py").is_file():
        place = place / f"{parts.pop(0)}.py"
    elif (place / "__init__.py").is_file():
        place /= "__init__.py"
    return not parts or (place.is_file() and parts[0] in _names_of(place))


@cache
def _names_of(path: Path) -> frozenset[str]:
    """Names that a module defines or imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found.update(alias.asname or alias.name for alias in node.names)
    return frozenset(found)


def lost(text: str) -> list[str]:
    """Return `module.name` in backticks that is no setting, where modules are called so and none has it."""
    named = [(module, name) for module, name in FROM_HERE.findall(text) if module in _modules()]
    gone = [pair for pair in named if not any(_has(path, pair[1]) for path in _modules()[pair[0]])]
    names = [f"{module}.{name}" for module, name in gone if module not in Settings.model_fields]
    return [name for name in names if name not in OF_OTHERS]


def _has(path: Path, name: str) -> bool:
    is_inside = path.name == "__init__.py" and bool(list(path.parent.glob(f"{name}*")))
    return is_inside or name in _names_of(path)


@cache
def _modules() -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for path in sources():
        name = path.parent.name if path.name == "__init__.py" else path.stem
        found.setdefault(name, []).append(path)
    return found


def _report(passages: Iterator[Passage]) -> list[str]:
    return [f"{passage.where} {name}" for passage in passages for name in missing(passage.text)]


def test_pages_name_files_and_modules_that_exist() -> None:
    assert _report(passage for path in PAGES for passage in lines(path)) == []


def test_tools_are_set_up_for_files_that_exist() -> None:
    assert _report(passage for path in OF_TOOLS for passage in lines(path)) == []


def test_sources_name_files_and_modules_that_exist() -> None:
    assert _report(passage for path in sources() for passage in docstrings(path)) == []
    assert _report(passage for path in sources() for passage in comments(path)) == []


def test_docstrings_name_functions_that_exist() -> None:
    passages = [passage for path in sources() for passage in [*docstrings(path), *comments(path)]]

    assert [f"{passage.where} {name}" for passage in passages for name in lost(passage.text)] == []


def test_links_of_pages_lead_to_files() -> None:
    broken = [
        f"{passage.where} {link}"
        for path in PAGES
        for passage in lines(path)
        for link in LINK.findall(passage.text)
        if not (path.parent / link).exists()
    ]

    assert broken == []


def test_the_architecture_names_sources_by_names_they_have() -> None:
    named = {name for passage in lines(ROOT / "ARCHITECTURE.md") for name in BARE.findall(passage.text)}

    assert sorted(named - {path.name for path in sources()}) == []


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("see `shared/core/lifecycle.py` and shared/core/checks.py", ["shared/core/lifecycle.py"]),
        ("`deploy/prometheus/*.yml`, `deploy/grafana/*.yaml`", ["deploy/grafana/*.yaml"]),
        ("shared.core.kmeans.lloyd.fit_kmeans, shared.core.lloyd.", ["shared.core.lloyd"]),
        ("shared.settings.loading.load_setings", ["shared.settings.loading.load_setings"]),
    ],
)
def test_what_is_gone_is_found(text: str, gone: list[str]) -> None:
    assert missing(text) == gone


def test_a_function_that_is_gone_is_found() -> None:
    assert lost("as `lloyd.fit_kmeans` does, unlike `lloyd.fit_means`") == ["lloyd.fit_means"]
