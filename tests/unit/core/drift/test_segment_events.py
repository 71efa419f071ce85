"""What became of segments, told with identities."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.drift.segment_events import SegmentFate, learning_events, promotion_events
from shared.core.model.artifact import LineageEdge
from shared.core.segments.monic import overlap_matrix


def test_a_promotion_that_splits_one_and_merges_two_says_so() -> None:
    moves = np.array([[50, 50, 0], [0, 0, 90], [0, 0, 60]])

    found = promotion_events(moves, (4, 5, 6), (4, 7, 8))

    assert found.events == (
        LineageEdge("merge", (5, 6), (8,), 1.0, 150),
        LineageEdge("split", (4,), (4, 7), 1.0, 100),
    )
    assert found.fates[0] == SegmentFate(4, 0.0, 1.0, 0.5)  # equal halves, one under its name
    assert found.fates[2] == SegmentFate(6, 1.0, 0.4, 1.0)


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


@given(st.lists(st.tuples(st.sampled_from((4, 5, 6)), st.sampled_from((6, 4, 9, 8))), max_size=60))
def test_outflow_counts_who_has_another_identity_now(customers: list[tuple[int, int]]) -> None:
    old_ids, new_ids = (4, 5, 6), (6, 4, 9, 8)
    labels = ([ids.index(c[side]) for c in customers] for side, ids in enumerate((old_ids, new_ids)))
    moves = overlap_matrix(*labels, k_old=3, k_new=4).astype(np.int64)

    for fate in promotion_events(moves, old_ids, new_ids).fates:
        members = [new for old, new in customers if old == fate.segment_id]
        gone = sum(new != fate.segment_id for new in members)
        assert fate.outflow == pytest.approx(gone / len(members) if members else 0, abs=1e-6)


def test_who_the_live_model_sees_elsewhere_flows_out_of_the_champions_segment() -> None:
    found = learning_events(np.array([[24, 76], [0, 50]]), (1, 2))
    assert [fate.outflow for fate in found.fates] == [0.76, 0.0]


def test_a_document_holds_plain_values() -> None:
    document = learning_events(np.array([[24, 76], [0, 50]]), (1, 2)).to_document()
    assert document["kind"] == "learning"
    assert document["events"][0] == {
        "kind": "merge", "old": [1, 2], "new": [2], "share": 0.84, "customers": 126,
    }  # fmt: skip
    assert document["fates"][0]["segment_id"] == 1
