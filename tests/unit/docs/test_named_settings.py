"""Every setting that a message, a docstring or a page names is one."""

import re
import tomllib
from collections.abc import Iterator

import pytest

from shared.settings import Settings
from shared.settings.loading import NOT_SETTINGS
from shared.settings.parts import SettingsSection
from tests.support.prose import PACKAGES, PAGES, Passage, docstrings, lines, sentences, sources

DOTTED = re.compile(r"(?<![\w./\\{\[$-])([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+)(?![\w/(\[-]|\.\w)")
VARIABLE = re.compile(r"RESEG_[A-Z0-9_]*[A-Z0-9]")
OF_TESTS = {"RESEG_FAULTS", "RESEG_TEST_SERVICES", "RESEG_X", "RESEG_DRIVER_PID"}
A_FILE = re.compile(r".*\.(css|csv|gz|html|ipynb|js|jsonl?|log|md|parquet|properties|py|toml|txt|xlsx|yml)")
NAMES_OF_OTHERS = {
    "counters.read",  # of the document that verify compares
    "example.com",
    "hashlib.sha256",
    "mail.example",
    "outer.inner",  # how a nested field of JSON is called
}
COLLECTIONS = {"live_model", "models", "pointer", "runs", "segments"}
SETTINGS = {
    f"{name}.{key}"
    for name, section in Settings.model_fields.items()
    if isinstance(section.annotation, type) and issubclass(section.annotation, SettingsSection)
    for key in section.annotation.model_fields
}
SECTIONS = set(Settings.model_fields)
VARIABLES = {f"RESEG_{name.upper().replace('.', '__')}" for name in SETTINGS} | NOT_SETTINGS | OF_TESTS


def unknown(text: str, *, only_sections: bool) -> list[str]:
    """Names in `text` that look like settings and are none.

    only_sections : judge `kafka.topics` but not `clustering.k_min`, which may be a function of a module.
    """
    wrong = [name for name in DOTTED.findall(text) if not _is_right(name, only_sections)]
    return wrong + [name for name in VARIABLE.findall(text) if name not in VARIABLES]


def _is_right(name: str, only_sections: bool) -> bool:
    section, key, *more = name.split(".")
    if A_FILE.fullmatch(name):
        return True
    if section in SECTIONS:
        of_kafka_itself = section == "kafka" and more and key != "options"
        return f"{section}.{key}" in SETTINGS or bool(of_kafka_itself)
    return only_sections or bool(more) or section in {*PACKAGES, *COLLECTIONS} or name in NAMES_OF_OTHERS


def _faults(passages: Iterator[Passage], *, only_sections: bool) -> list[str]:
    return [
        f"{passage.where} {name}"
        for passage in passages
        for name in unknown(passage.text, only_sections=only_sections)
    ]


def test_messages_name_settings_that_exist() -> None:
    assert _faults((p for path in sources() for p in sentences(path)), only_sections=False) == []


def test_docstrings_name_settings_that_exist() -> None:
    assert _faults((p for path in sources() for p in docstrings(path)), only_sections=True) == []


def test_pages_name_settings_that_exist() -> None:
    assert _faults((p for path in PAGES for p in lines(path)), only_sections=False) == []


def test_examples_of_settings_in_pages_can_be_loaded() -> None:
    examples = [
        example
        for path in PAGES
        for example in re.findall(r"```toml\n(\[.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)
    ]

    assert len(examples) >= 3
    for example in examples:
        Settings.model_validate(tomllib.loads(example))


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ("k should be 2 or more; raise clustering.k_min", ["clustering.k_min"]),
        ("; correct som.topology", ["som.topology"]),
        ("; set model.k_least and model.k_max", ["model.k_least"]),
        ("set RESEG_KAFKA__TOPICS or RESEG_KAFKA__TOPIC", ["RESEG_KAFKA__TOPICS"]),
        ("kafka.options.kafka.client.rack goes to Spark as kafka.client.rack; see shared.settings", []),
        ("written to summary.json by %{source.label}, model.features", []),
    ],
)
def test_a_setting_that_does_not_exist_is_found(message: str, found: list[str]) -> None:
    assert unknown(message, only_sections=False) == found
