"""The pure steps in a row: from a table to a challenger and a decision."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from batch.align import SegmentIdentities, identify
from batch.assemble import Provenance, assemble
from batch.champion import view_champion
from batch.choose_k import in_reach
from batch.cluster import cluster
from batch.gate import Decision, GateInput, decide, first
from batch.load import CustomerTable
from batch.name import name
from batch.som import fit_som
from shared.adapters.mongo.requests import Kind
from shared.core.fixed_point import from_fixed, to_fixed
from shared.core.kmeans.lloyd import fit_kmeans
from shared.core.model.artifact import ModelArtifact
from shared.settings import ModelSettings
from shared.settings.reclustering import GateSettings
from tests.support.scaled import scaled_of

MakeTable = Callable[..., CustomerTable]
SETTINGS = ModelSettings()


def challenge(
    table: CustomerTable,
    k: int = 3,
    champion: ModelArtifact | None = None,
    *,
    kind: Kind = "schedule",
    settings: ModelSettings = SETTINGS,
) -> tuple[ModelArtifact, SegmentIdentities, Decision]:
    scaled = scaled_of(table, settings.features, settings.recency_clip_days)
    view = None if champion is None else view_champion(champion, table, scaled)
    is_warm = view is not None and view.model.k == k
    centers = fit_kmeans(
        scaled.X,
        k,
        n_starts=3,
        rng=settings.seed,
        init=view.centers if view is not None and is_warm else None,
    ).centers
    found = cluster(scaled.X, centers, table.spend)
    identities = identify(found, view, 1 if champion is None else champion.next_segment_id)
    made = assemble(
        table,
        scaled,
        found,
        fit_som(scaled.X, settings.seed),
        identities,
        name(found, identities.segment_ids, table, view),
        None,
        settings,
        Provenance("run", table.as_of, "0", None),
    )
    if view is None:
        return made, identities, first()
    gate_input = GateInput(
        made, view, identities, None, scaled.X, table.spend, kind, False, False, None, GateSettings()
    )
    return made, identities, decide(gate_input)


def test_the_first_model_is_promoted_and_its_identities_start_at_one(make_table: MakeTable) -> None:
    model, identities, decision = challenge(make_table())

    assert decision.promote
    assert identities.segment_ids == (1, 2, 3)
    assert model.next_segment_id == 4
    assert model.segments[0].name == "VIP"


def test_labels_run_from_the_highest_mean_spend_to_the_lowest(make_table: MakeTable) -> None:
    table = make_table()
    model, *_ = challenge(table)

    spend = np.expm1(model.centers[:, 2] * model.transform.deviations[2] + model.transform.means[2])

    assert np.all(np.diff(spend) < 0)


def test_the_reference_is_what_plain_numpy_finds_on_the_fit_set(make_table: MakeTable) -> None:
    table = make_table()
    model, *_ = challenge(table)
    X = from_fixed(to_fixed(scaled_of(table, SETTINGS.features).X))
    distances = np.linalg.norm(X[:, None] - model.centers[None], axis=2)
    labels, nearest = distances.argmin(axis=1), distances.min(axis=1)

    groups = [nearest[labels == label] for label in range(3)]
    assert model.counts.tolist() == [group.size for group in groups]
    assert model.radii == pytest.approx([np.sqrt((group**2).mean()) for group in groups])
    assert model.distance_p995 == pytest.approx([np.quantile(group, 0.995) for group in groups])
    assert model.quantization_error == pytest.approx(nearest.mean())
    assert 0 < model.som.unit_use <= 1


def test_the_same_customers_and_seed_give_the_same_checksum(make_table: MakeTable) -> None:
    first, *_ = challenge(make_table())
    again, *_ = challenge(make_table())
    other, *_ = challenge(make_table(seed=4))

    assert first.checksum == again.checksum != other.checksum


def test_a_refit_of_the_same_customers_changes_no_identity_and_is_not_promoted(make_table: MakeTable) -> None:
    champion, *_ = challenge(make_table())

    for seed in range(5):
        settings = ModelSettings(seed=seed)
        model, identities, decision = challenge(make_table(), champion=champion, settings=settings)

        assert not decision.promote
        assert "champion stays" in decision.reason
        assert identities.segment_ids == (1, 2, 3)
        assert identities.relabelled == 0.0
        assert model.next_segment_id == 4


def test_a_vanished_segments_identity_is_never_issued_again(make_table: MakeTable) -> None:
    all_three, *_ = challenge(make_table())
    two, ids_of_two, decision = challenge(make_table(("vip", "new"), n=180), 2, all_three)
    back, ids_of_back, _ = challenge(make_table(), 3, two)

    assert decision.promote
    assert "number of segments" in decision.reason
    assert set(ids_of_two.segment_ids) < {1, 2, 3}
    assert set(ids_of_two.segment_ids) < set(ids_of_back.segment_ids)
    assert max(ids_of_back.segment_ids) == 4
    assert back.next_segment_id == 5


def test_a_shop_that_changed_gets_a_new_model(make_table: MakeTable) -> None:
    champion, *_ = challenge(make_table(("new", "lapsed"), seed=5), 2)

    _, _, decision = challenge(make_table(("vip", "lapsed")), 2, champion)

    improvement = next(check for check in decision.checks if check.name == "improvement")
    assert decision.promote
    assert improvement.passed
    assert improvement.value is not None
    assert improvement.value > 0.01


def test_an_operator_gets_what_he_asks_for(make_table: MakeTable) -> None:
    champion, *_ = challenge(make_table())

    _, _, decision = challenge(make_table(), champion=champion, kind="operator")

    assert decision.promote
    assert decision.reason == "an operator asked for it"


@pytest.mark.parametrize(("days", "provisional"), [(89, True), (90, False)])
def test_a_model_of_less_than_ninety_days_is_provisional(
    make_table: MakeTable, days: int, provisional: bool
) -> None:
    model, *_ = challenge(make_table(days=days))

    assert model.provisional is provisional


def test_a_provisional_champion_gives_way_to_any_refit(make_table: MakeTable) -> None:
    champion, *_ = challenge(make_table(days=20))

    _, _, decision = challenge(make_table(days=27), champion=champion)

    assert decision.promote
    assert decision.reason == "the champion was fitted on too few days of data"


@pytest.mark.parametrize("changes", [{"features": ("recency_days", "frequency")}, {"recency_clip_days": 60}])
def test_other_features_are_a_reason_and_members_carry_identities_over(
    make_table: MakeTable, changes: dict[str, object]
) -> None:
    champion, *_ = challenge(make_table())

    _, identities, decision = challenge(
        make_table(), champion=champion, settings=ModelSettings.model_validate(changes)
    )

    assert decision.promote
    assert decision.reason == "the features change"
    assert sorted(identities.segment_ids) == [1, 2, 3]


def test_a_champion_in_the_challengers_units_assigns_as_it_always_did(make_table: MakeTable) -> None:
    champion, *_ = challenge(make_table(seed=8))
    table = make_table(seed=9)

    view = view_champion(
        champion,
        table,
        scaled_of(table, SETTINGS.features),
    )

    back = champion.transform.apply(scaled_of(table, SETTINGS.features).transform.invert(view.centers))
    assert back == pytest.approx(champion.centers)


def test_more_segments_than_distinct_customers_still_make_a_model(make_table: MakeTable) -> None:
    table = make_table(n=1)

    model, *_ = challenge(table, 3)

    assert model.counts.tolist() == [1, 1, 1]
    assert model.radii.tolist() == [0.0, 0.0, 0.0]


def test_the_champions_own_k_is_always_in_reach() -> None:
    narrow = ModelSettings(k_min=3, k_max=5)

    assert in_reach(narrow, None) == [3, 4, 5]
    assert in_reach(narrow, 8) == [3, 4, 5, 8]
    assert in_reach(narrow, 1) == [3, 4, 5]


def test_maps_stay_near_a_hundred_units_and_within_fifteen_a_side(make_table: MakeTable) -> None:
    table = make_table(n=400)
    X = scaled_of(table, SETTINGS.features).X
    line = np.column_stack([np.linspace(-2, 2, 900), np.zeros(900)])

    usual, thin = fit_som(X, 1), fit_som(line, 1)

    assert 80 <= usual.rows * usual.cols <= 120
    assert max(usual.rows, usual.cols, thin.rows, thin.cols) <= 15


def test_a_decision_lists_every_reason_it_looked_for(make_table: MakeTable) -> None:
    champion, *_ = challenge(make_table())

    _, _, decision = challenge(make_table(), champion=replace(champion, version=1))

    assert [check.name for check in decision.checks if check.family == "reason"] == [
        "operator",
        "provisional",
        "k",
        "transform",
        "improvement",
    ]
