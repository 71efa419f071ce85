"""Identities through a scripted life: segments are born, split, merge and die, and lineage says so."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from batch.align import SegmentIdentities, identify
from batch.champion import ChampionView
from batch.cluster import Clustering
from shared.core.kmeans.assignment import assign
from shared.core.model.artifact import LineageEdge, ModelArtifact, Segment
from tests.support import small_model

Place = tuple[float, float, float]
Group = Mapping[str, tuple[Place, int]]
"""Where each kind of customer is, and how many there are."""

NEAR, FAR, SIDE, NEW = (0.0, 0.0, 0.0), (20.0, 0.0, 0.0), (0.0, 20.0, 0.0), (0.0, 0.0, 20.0)


def model_of(centers: np.ndarray, identities: SegmentIdentities, version: int) -> ModelArtifact:
    k = len(centers)
    segments = tuple(Segment(at, one, f"S{one}", "Wait") for at, one in enumerate(identities.segment_ids))
    return replace(
        small_model.champion(version), centers=centers, radii=np.ones(k), counts=np.ones(k, np.int64),
        distance_p995=np.ones(k), segments=segments, next_segment_id=identities.next_segment_id,
        as_of=datetime(2011, 6, 1, tzinfo=UTC),
    )  # fmt: skip


class Life:
    """One shop whose customers stay the same while the lines between them are drawn anew."""

    def __init__(self, customers: Group) -> None:
        rng = np.random.default_rng(1)
        parts = [np.array(place) + rng.normal(0, 0.5, (n, 3)) for place, n in customers.values()]
        self.X = np.concatenate(parts)
        self.champion: ModelArtifact | None = None
        self.next_id, self.version = 1, 0

    def drawn(self, centers: list[Place]) -> SegmentIdentities:
        """Draw the lines by these centers, and make that the champion."""
        found = self.tried(centers)
        self.version += 1
        self.champion = model_of(np.array(centers), found, self.version)
        self.next_id = max(self.next_id, found.next_segment_id)
        return found

    def tried(self, centers: list[Place]) -> SegmentIdentities:
        """Draw the lines by these centers, and look only."""
        placed = assign(self.X, np.array(centers))
        clustering = Clustering(np.array(centers), placed.labels, placed.distances)
        return identify(clustering, self._view(), self.next_id)

    def _view(self) -> ChampionView | None:
        if self.champion is None:
            return None
        placed = assign(self.X, self.champion.centers)
        radii = np.sqrt(np.bincount(placed.labels, placed.distances**2) / np.bincount(placed.labels))
        return ChampionView(self.champion, self.champion.centers, radii, placed.labels, 1.0)


def edges(found: SegmentIdentities) -> set[tuple[str, tuple[int, ...], tuple[int, ...], int]]:
    return {(edge.kind, edge.old, edge.new, edge.customers) for edge in found.lineage}


LEFT, RIGHT, SECOND = (-1.5, 0.0, 0.0), (1.5, 0.0, 0.0), (23.0, 0.0, 0.0)


def test_lineage_is_the_script_of_a_life() -> None:
    life = Life(
        {
            "left": (LEFT, 50),
            "right": (RIGHT, 50),
            "far": (FAR, 80),
            "second": (SECOND, 60),
            "side": (SIDE, 40),
        }
    )

    born = life.drawn([NEAR, FAR, SIDE])
    assert born.segment_ids == (1, 2, 3)
    assert born.lineage == ()

    again = life.drawn([NEAR, FAR, SIDE])
    assert edges(again) == {
        ("survive", (1,), (1,), 100),
        ("survive", (2,), (2,), 140),
        ("survive", (3,), (3,), 40),
    }
    assert again.changed == again.ambiguity == 0.0

    split = life.drawn([LEFT, RIGHT, FAR, SIDE])
    of_one = set(split.segment_ids) - {2, 3}
    (event,) = (edge for edge in split.lineage if edge.kind == "split")
    assert (event.old, set(event.new), event.customers) == ((1,), of_one, 100)
    assert split.relabelled == 0.0
    assert split.changed > 0.0

    merged = life.drawn([NEAR, FAR, SIDE])
    (event,) = (edge for edge in merged.lineage if edge.kind == "merge")
    assert set(event.old) == of_one
    assert set(event.new) < of_one
    assert merged.relabelled == 0.0


def test_a_segment_whose_customers_scatter_dies_and_its_identity_with_it() -> None:
    around = [(10 * np.cos(angle), 10 * np.sin(angle), 0.0) for angle in np.arange(5) * 2 * np.pi / 5]
    inside = [(0.3 * x, 0.3 * y, z) for x, y, z in around]
    groups = {f"rim {at}": (place, 60) for at, place in enumerate(around)}
    life = Life(groups | {f"middle {at}": (place, 12) for at, place in enumerate(inside)})
    life.drawn([NEAR, *around])

    dead = life.drawn(around)
    back = life.drawn([NEAR, *around])

    assert ("disappear", (1,), (), 0) in edges(dead)
    assert dead.segment_ids == (2, 3, 4, 5, 6)
    assert dead.relabelled == pytest.approx(60 / 360)
    assert back.segment_ids == (7, 2, 3, 4, 5, 6)
    assert ("emerge", (), (7,), 60) in edges(back)


def test_a_segment_that_draws_from_all_others_emerges_and_counts_as_relabelling() -> None:
    between = (10.0, 0.0, 0.0)
    life = Life(
        {
            "near": (NEAR, 70),
            "far": (FAR, 70),
            "doubtful": ((9.9, 0.0, 0.0), 15),
            "others": ((10.1, 0.0, 0.0), 15),
        }
    )
    life.drawn([NEAR, FAR])

    found = life.tried([NEAR, FAR, between])

    (event,) = (edge for edge in found.lineage if edge.kind == "emerge")
    assert event == LineageEdge("emerge", (), (3,), event.share, 30)
    assert 0.5 <= event.share < 0.75
    assert found.relabelled == found.changed == pytest.approx(30 / 170)


def test_a_split_into_a_segment_that_already_meant_something_is_relabelling() -> None:
    life = Life({"a": (LEFT, 50), "b": (RIGHT, 50), "far": (FAR, 100)})
    life.drawn([NEAR, FAR])

    found = life.tried(
        [(-10.0, 0.0, 0.0), (11.0, 0.0, 0.0)]
    )  # the second takes over the right half and keeps far's identity

    assert found.segment_ids[1] == 2
    assert found.relabelled == found.changed == pytest.approx(50 / 200)


def test_an_identity_is_issued_above_every_stored_model_even_after_a_rollback() -> None:
    life = Life({"near": (NEAR, 50), "far": (FAR, 50), "side": (SIDE, 50), "new": (NEW, 50)})
    life.drawn([NEAR, FAR])
    first = life.champion
    third = life.drawn([NEAR, FAR, SIDE]).segment_ids[2]
    life.champion = first  # rolled back

    found = life.tried([NEAR, FAR, NEW])

    assert third == 3
    assert found.segment_ids == (1, 2, 4)
    assert found.next_segment_id == 5


def test_the_first_model_after_all_were_rejected_still_issues_new_identities() -> None:
    life = Life({"near": (NEAR, 50), "far": (FAR, 50)})
    life.next_id = 9

    assert life.tried([NEAR, FAR]).segment_ids == (9, 10)
