"""What became of segments, told with identities."""

import numpy as np

from shared.core.drift.segment_events import SegmentFate, learning_events, promotion_events
from shared.core.model.artifact import LineageEdge


def test_a_promotion_that_splits_one_and_merges_two_says_so() -> None:
    moves = np.array([[50, 50, 0], [0, 0, 90], [0, 0, 60]])

    found = promotion_events(moves, (4, 5, 6), (4, 7, 8))

    assert found.events == (
        LineageEdge("merge", (5, 6), (8,), 1.0, 150),
        LineageEdge("split", (4,), (4, 7), 1.0, 100),
    )
    assert found.fates[0] == SegmentFate(4, 0.0, 1.0, 0.0)  # two equal halves, each of nothing else
    assert found.fates[2].identity == 0.4


def test_survivors_are_news_of_a_promotion_but_not_of_learning() -> None:
    same = np.array([[90, 10], [0, 50]])
    assert [event.kind for event in promotion_events(same, (1, 2), (1, 2)).events] == ["survive", "survive"]
    assert learning_events(same, (1, 2)).events == ()


def test_a_segment_that_the_live_model_sees_in_anothers_place_is_an_event() -> None:
    found = learning_events(np.array([[5, 95], [60, 5]]), (1, 2)).events
    assert [(event.kind, event.old, event.new) for event in found] == [
        ("survive", (2,), (1,)),
        ("survive", (1,), (2,)),
    ]


def test_segments_that_nobody_is_in_neither_end_nor_begin() -> None:
    assert learning_events(np.array([[90, 0], [0, 0]]), (1, 2)).events == ()
    assert learning_events(np.zeros((2, 2), np.int64), (1, 2)).events == ()


def test_a_segment_lost_and_one_found_are_two_events() -> None:
    shared = np.diag([100, 100, 100, 28])
    shared[3, :3] = 24
    found = learning_events(shared, (1, 2, 3, 4)).events
    assert [(event.kind, event.old, event.new) for event in found] == [
        ("disappear", (4,), ()),
        ("emerge", (), (4,)),
    ]
    assert found[1].customers == 28


def test_a_document_holds_plain_values() -> None:
    document = learning_events(np.array([[24, 76], [0, 50]]), (1, 2)).to_document()
    assert document["kind"] == "learning"
    assert document["events"][0] == {
        "kind": "merge", "old": [1, 2], "new": [2], "share": 0.84, "customers": 126,
    }  # fmt: skip
    assert document["fates"][0]["segment_id"] == 1
