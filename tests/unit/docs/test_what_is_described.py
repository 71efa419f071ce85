"""What is added to a table of the sources has its words too, in reports and in pages."""

import re
from collections.abc import Iterator
from typing import get_args

import pytest

from batch.reporting.segment_profiles import WORDS
from shared.adapters.mongo import schemas
from shared.core.customers.features import FEATURES
from shared.core.segments.naming_tables import Name
from shared.core.windows.detector import CHANNELS
from shared.core.windows.hourly_explanation import TITLES, WAYS_TO_SAY
from shared.settings.parts import Channel
from tests.support.prose import ROOT

KINDS = [get_args(channel.model_fields["kind"].annotation)[0] for channel in get_args(get_args(Channel)[0])]


def choices(rule: object) -> Iterator[str]:
    """Give the words that a collection's rule chooses among, wherever it has a choice."""
    if isinstance(rule, dict):
        yield from (word for word in rule.get("enum", ()) if isinstance(word, str))
        for part in rule.values():
            yield from choices(part)


STORED_WORDS = sorted(
    {word for name, rule in vars(schemas).items() if name.isupper() for word in choices(rule)}
)


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_has_words_in_reports_and_stands_in_the_page_on_candidates(feature: str) -> None:
    assert feature in WORDS
    assert f"`{feature}`" in page("candidates.md")


def test_the_page_on_models_lists_exactly_the_names_that_segments_can_have() -> None:
    assert re.findall(r"^\| \*([^*]+)\* \|", page("models.md"), re.MULTILINE) == [str(name) for name in Name]


def test_an_hourly_alarm_of_every_channel_can_be_told() -> None:
    assert set(TITLES) == set(WAYS_TO_SAY) == set(CHANNELS)


@pytest.mark.parametrize("word", STORED_WORDS)
def test_a_word_that_documents_are_stored_with_stands_in_their_description(word: str) -> None:
    documents = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").partition("## Documents")[2]
    assert f"`{word}`" in documents


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_channel_has_an_example(kind: str) -> None:
    assert f'kind = "{kind}"' in page("alerts.md")
