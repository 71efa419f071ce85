"""A model that was changed after it was stored is seen and never moved to."""

from collections.abc import Callable
from typing import Any

import pytest
from pymongo.database import Database

from shared.adapters import registry
from shared.adapters.mongo.collections import MODELS
from shared.adapters.mongo.models import Pointer, read_pointer
from shared.errors import SchemaMismatch

Docs = Database[dict[str, Any]]
Run = Callable[..., str]


def tamper(database: Docs, version: int) -> None:
    database[MODELS].update_one({"_id": version}, {"$set": {"quantization_error": 0.1}})


def test_a_tampered_model_is_listed_as_such_and_cannot_be_moved_to(database: Docs) -> None:
    tamper(database, 1)

    states = {row.version: row.state for row in registry.list_models(database)}
    assert states == {1: "unreadable", 2: "champion", 3: "stored"}
    with pytest.raises(SchemaMismatch, match="changed afterwards"):
        registry.roll_back(database, "x")
    with pytest.raises(SchemaMismatch, match="changed afterwards"):
        registry.describe(database, 1)
    assert read_pointer(database) == Pointer(2, 1, 2)


def test_the_command_line_refuses_a_tampered_model_with_its_reason(database: Docs, run: Run) -> None:
    tamper(database, 3)

    for words in (("show", "3"), ("diff", "2", "3"), ("promote", "3"), ("pin", "3")):
        assert "changed afterwards" in run("model", *words, code=1)
    assert "unreadable" in run("model", "ls")
    assert "99" in run("model", "show", "99", code=1)
