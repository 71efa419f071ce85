"""Names that people give, over those of the rule."""

from dataclasses import replace

import numpy as np
import pytest

from shared.core.model.artifact import Segment
from shared.core.model.comparison import diff, segment_rows
from shared.core.segments.given_names import GivenName, renamed, with_names
from tests.support import small_model

SEGMENTS = (Segment(0, 5, "VIP", "Reward", "VIP"), Segment(1, 7, "Loyal", "Thank", "Loyal"))


def test_a_given_name_replaces_the_rules_name_and_keeps_its_action_unless_told() -> None:
    named, other = renamed(SEGMENTS, {5: GivenName("Friends")})
    assert (named.name, named.action, named.base) == ("Friends", "Reward", "VIP")
    assert other is SEGMENTS[1]
    assert renamed(SEGMENTS, {5: GivenName("Friends", "Call")})[0].action == "Call"


def test_a_name_belongs_to_an_identity_wherever_it_turns_up_next() -> None:
    moved = (Segment(0, 7, "New", "Greet", "New"), Segment(1, 9, "VIP", "Reward", "VIP"))

    assert [one.name for one in renamed(moved, {5: GivenName("Friends"), 7: GivenName("Regulars")})] == [
        "Regulars",
        "VIP",
    ]


def test_the_rule_yields_where_it_gives_a_name_that_is_taken() -> None:
    assert [one.name for one in renamed(SEGMENTS, {7: GivenName("VIP")})] == ["VIP (segment 5)", "VIP"]


def test_a_model_keeps_what_it_is_under_other_names() -> None:
    model = small_model.champion()

    assert with_names(model, {}) is model
    named = with_names(model, {10: GivenName("Friends")})
    assert named.segments[0].name == "Friends"
    assert model.segments[0].name == "Segment 1.0"
    assert np.array_equal(named.centers, model.centers)


def test_two_models_are_compared_segment_by_segment_in_the_units_of_the_first() -> None:
    a = replace(small_model.champion(), centers=np.abs(small_model.champion().centers))
    b = replace(a, centers=a.centers + 0.1)
    found = diff(a, b)

    assert found.values == {}
    assert [row["segment_id"] for row in found.segments] == [10, 11, 12, 13]
    assert [row["shift"] for row in found.segments] == pytest.approx([0.1 * np.sqrt(3)] * 4)
    strangers = diff(a, small_model.champion(2))
    assert {row["segment_id"] for row in strangers.segments if row["b"] is None} == {10, 11, 12, 13}
    assert segment_rows(a)[0]["center"]["frequency"] == pytest.approx(np.expm1(a.centers[0, 1] * 0.5 + 1.0))
