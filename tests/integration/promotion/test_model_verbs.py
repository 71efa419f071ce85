"""The `model` verbs as a user runs them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from pymongo.database import Database

Docs = Database[dict[str, Any]]
Run = Callable[..., str]


def test_the_command_line_lists_shows_compares_and_moves(database: Docs, run: Run) -> None:
    listed = json.loads(run("model", "ls", "--json"))
    shown = json.loads(run("model", "show", "2", "--json"))
    compared = json.loads(run("model", "diff", "1", "2", "--json"))

    assert [(row["version"], row["state"]) for row in listed] == [
        (3, "stored"),
        (2, "champion"),
        (1, "previous"),
    ]
    assert [segment["segment_id"] for segment in shown["segments"]] == [10, 11, 12, 13]
    assert shown["gates"] == shown["lineage"] == []
    assert [row["shift"] for row in compared["segments"]] == pytest.approx([0.0] * 4, abs=1)
    back = json.loads(run("model", "rollback", "--json"))
    assert back == {"version": 1, "previous": 2, "epoch": 3, "pinned": False}
    assert "model 3 is in force (pinned, epoch 4)" in run("model", "pin", "3")
    assert "unpin" in run("model", "promote", "1", code=1)
    assert "not pinned" in run("model", "unpin")
    for words in (["ls"], ["show", "3"], ["diff", "1", "3"]):
        assert "Segment" in run("model", *words) or words == ["ls"]
