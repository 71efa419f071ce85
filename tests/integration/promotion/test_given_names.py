"""Names that people give to segments outlive the models."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from pymongo.database import Database

from shared.adapters.mongo.collections import SEGMENT_NAMES
from shared.adapters.mongo.models import promote
from shared.adapters.mongo.segment_names import load_names, rename_segment, reset_name
from shared.core.segments.given_names import GivenName
from shared.errors import InvalidConfig, ModelNotFound

Docs = Database[dict[str, Any]]
Run = Callable[..., str]


def test_a_name_lasts_until_it_is_reset(database: Docs) -> None:
    segments = rename_segment(database, 11, "  Friends of the house ", None)

    assert [one.name for one in segments] == [
        "Segment 1.0",
        "Friends of the house",
        "Segment 1.2",
        "Segment 1.3",
    ]
    assert load_names(database) == {11: GivenName("Friends of the house")}
    promote(database, 3, 2, "better")
    assert load_names(database)[11].name == "Friends of the house"
    assert reset_name(database, 11)[1].name == "Segment 1.1"
    assert database[SEGMENT_NAMES].count_documents({}) == 0


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "two\nlines", "Segment 1.2"])
def test_a_name_that_cannot_be_told_apart_or_shown_is_refused(database: Docs, name: str) -> None:
    with pytest.raises(InvalidConfig, match="name"):
        rename_segment(database, 11, name, None)
    assert load_names(database) == {}


def test_only_segments_in_force_can_be_named(database: Docs) -> None:
    with pytest.raises(ModelNotFound, match="10, 11, 12, 13"):
        rename_segment(database, 99, "Friends", None)


def test_the_command_line_names_segments(database: Docs, run: Run) -> None:
    said = run("segments", "rename", "11", "Friends", "--action", "Call them")

    assert "'Friends'" in said
    shown = json.loads(run("model", "show", "2", "--json"))
    assert (shown["segments"][1]["name"], shown["segments"][1]["action"]) == ("Friends", "Call them")
    run("segments", "rename", "11", "--reset")
    assert load_names(database) == {}
    assert "another segment" in run("segments", "rename", "11", "Segment 1.0", code=2)
