"""The contest of candidates."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from batch.candidates import Material
from batch.compete import (
    LEAD,
    MIN_TO_SPLIT,
    Candidate,
    best_starts,
    compete,
    settle,
    split,
    winner,
)
from batch.load import CustomerTable
from batch.scorecard import Probe, make_probe
from shared.core.choice.k_scores import DEFAULT_FLOORS
from shared.core.kmeans.assignment import assign
from shared.settings import ModelSettings
from tests.support.scaled import scaled_of

MakeTable = Callable[..., CustomerTable]
FEATURES = ModelSettings().features


def prepared(table: CustomerTable, champion: np.ndarray | None = None) -> tuple[Material, Probe]:
    X = scaled_of(table, FEATURES).X
    halves = split(table.n, 1)
    probe = make_probe(X, table.spend, halves.probe, None)
    return Material(X[halves.fitted], champion, 1, 3, DEFAULT_FLOORS), probe


def candidate(kind: str, mean_square: float, like: Candidate) -> Candidate:
    return replace(like, kind=kind, scorecard=replace(like.scorecard, mean_square=mean_square))


@pytest.fixture
def one(make_table: MakeTable) -> Candidate:
    return compete(*prepared(make_table(n=30)), ["cold"], [3])[0]


def test_everybody_is_fitted_or_judged_and_nobody_both() -> None:
    halves = split(1_000, 3)

    assert sorted([*halves.fitted, *halves.probe]) == list(range(1_000))
    assert len(halves.probe) == 200
    assert np.array_equal(halves.probe, split(1_000, 3).probe)
    assert not np.array_equal(halves.probe, split(1_000, 4).probe)


def test_of_very_few_customers_nobody_is_held_out() -> None:
    halves = split(MIN_TO_SPLIT - 1, 3)

    assert len(halves.fitted) == len(halves.probe) == MIN_TO_SPLIT - 1


def test_the_preferred_candidate_wins_unless_another_leads_clearly(one: Candidate) -> None:
    warm, near, ahead = (candidate(*c, one) for c in (("warm", 1.0), ("cold", 1 - LEAD), ("ward", 0.985)))

    assert winner([warm, near]) is warm
    assert winner([warm, near, ahead]) is ahead
    assert winner([near, ahead, warm]) is near
    assert winner([ahead, warm]) is ahead


def test_of_equal_leaders_the_preferred_one_wins(one: Candidate) -> None:
    warm, cold, ward = (candidate(*c, one) for c in (("warm", 1.0), ("cold", 0.9), ("ward", 0.9)))

    assert winner([warm, cold, ward]) is cold
    assert winner([warm, ward, cold]) is ward


def test_every_k_has_one_best_and_everybody_a_reason(make_table: MakeTable) -> None:
    found = compete(*prepared(make_table(n=60)), ["warm", "cold", "som_ward"], [2, 3, 4])

    assert [(c.kind, c.k) for c in found] == [(kind, k) for k in (2, 3, 4) for kind in ("cold", "som_ward")]
    assert sorted(best_starts(found)) == [2, 3, 4]
    assert sum(c.is_best for c in found) == 3
    assert all(c.reason for c in found)
    assert all(c.scorecard.relabelled is None for c in found)


def test_a_champion_at_an_optimum_is_settled_where_it_was(make_table: MakeTable) -> None:
    table = make_table(n=60)
    X = scaled_of(table, FEATURES).X
    champion = settle(X, X[[0, 60, 120]])
    material, probe = prepared(table, champion)

    warm, cold = compete(material, probe, ["warm", "cold"], [3])

    assert warm.is_best
    assert warm.reason == "preferred, and no other leads clearly"
    assert "it takes a lead" in cold.reason
    np.testing.assert_array_equal(settle(X, best_starts([warm])[3]), champion)


def test_a_champion_far_off_loses_to_a_cold_start(make_table: MakeTable) -> None:
    lost = np.zeros((3, 3)) + np.array([[0.0], [0.1], [40.0]])  # one center that wins nobody

    warm, cold = compete(*prepared(make_table(), lost), ["warm", "cold"], [3])

    assert (warm.is_best, cold.is_best) == (False, True)
    assert warm.reason == "cold leads it by more than 1%"
    assert cold.reason.startswith("leads warm by ")


def test_a_champion_of_another_k_proposes_nothing(make_table: MakeTable) -> None:
    found = compete(*prepared(make_table(n=30), np.zeros((7, 3))), ["warm", "cold"], [3])

    assert [c.kind for c in found] == ["cold"]


def test_more_segments_than_distinct_customers_have_no_candidate() -> None:
    X = np.repeat(np.eye(3), 30, axis=0)
    probe = make_probe(X, np.ones(90), np.arange(90), None)

    found = compete(Material(X, None, 1, 2, DEFAULT_FLOORS), probe, ["cold"], [2, 3, 4])

    assert [c.k for c in found] == [2, 3]


@pytest.mark.parametrize("kind", ["cold", "som_ward", "gaussian_mixture", "agglomerative", "hdbscan"])
def test_every_kind_finds_three_kinds_of_customer_the_same_way_every_time(
    make_table: MakeTable, kind: str
) -> None:
    table = make_table(n=80)
    material, probe = prepared(table)

    (found,) = compete(material, probe, [kind], [3])
    (again,) = compete(material, probe, [kind], [3])

    labels = assign(scaled_of(table, FEATURES).X, found.centers).labels
    assert found.start.shape == (3, 3)
    assert [len(set(labels[at : at + 80])) for at in (0, 80, 160)] == [1, 1, 1]
    assert len(set(labels)) == 3
    assert found.transfer == 1.0
    np.testing.assert_array_equal(found.start, again.start)


def test_hdbscan_says_nothing_where_it_finds_another_number_of_segments(make_table: MakeTable) -> None:
    assert compete(*prepared(make_table(n=80)), ["hdbscan"], [5]) == ()
