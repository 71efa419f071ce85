"""Every gate by itself: what it measures, where it closes, and who may open it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from batch.align import SegmentIdentities
from batch.champion import ChampionView
from batch.gate import GateCheck, GateInput, decide, first
from shared.core.choice.k_scores import KScores
from shared.core.model.artifact import ModelArtifact
from shared.core.model.transform import FeatureTransform
from shared.settings.reclustering import GateSettings
from tests.support import small_model
from tests.support.prose import ROOT

PAGE = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
FEATURES = ("recency_days", "frequency", "monetary")
CENTERS = np.array([[0.0, 0.0, 0.0], [6.0, 0.0, 0.0], [0.0, 6.0, 0.0], [0.0, 0.0, 6.0]])
CHAMPION = replace(
    small_model.champion(provisional=False),
    centers=CENTERS,
    transform=FeatureTransform(FEATURES, np.zeros(3), np.ones(3), None),
    counts=np.full(4, 100),
    as_of=datetime(2011, 6, 1, tzinfo=UTC),
)
SIMILAR = replace(CHAMPION, version=2, quantization_error=0.995)
BETTER = replace(CHAMPION, version=2, quantization_error=0.9)


def people(sizes: tuple[int, ...] = (100, 100, 100, 100), noise: float = 0.3) -> np.ndarray[Any, Any]:
    rng = np.random.default_rng(3)
    return np.repeat(CENTERS[: len(sizes)], sizes, axis=0) + rng.normal(0, noise, (sum(sizes), 3))


def scores(**changes: Any) -> KScores:
    plain = dict.fromkeys(
        (name for name in KScores.__dataclass_fields__ if name not in {"k", "centers", "counts", "jaccard"}),
        0.95,
    )
    values: dict[str, Any] = plain | {"k": 4, "centers": CENTERS, "counts": np.full(4, 100)}
    values |= {"jaccard": np.full(4, 0.9), "spend_shares": np.full(4, 0.25), "warm_ari_se": 0.02}
    return KScores(**values | changes)


def gate_input(
    challenger: ModelArtifact = BETTER, champion: ModelArtifact = CHAMPION, **changes: Any
) -> GateInput:
    X = changes.pop("X", people())
    view = ChampionView(champion, champion.centers, np.ones(4), np.zeros(len(X), np.int32), 1.0)
    whole = GateInput(
        challenger,
        changes.pop("view", view),
        SegmentIdentities((1, 2, 3, 4), 5),
        scores(),
        X,
        np.ones(len(X)),
        kind="schedule",
        force=False,
        pinned=False,
        last_size=400,
        rules=GateSettings(),
    )
    return replace(whole, **changes)


def check(name: str, of: GateInput) -> GateCheck:
    return next(check for check in decide(of).checks if check.name == name)


def test_a_clear_improvement_without_a_veto_is_promoted() -> None:
    decision = decide(gate_input())

    assert decision.promote
    assert decision.reason == "quantization error is 10.0% lower, more than 1.0%"
    assert [check.name for check in decision.checks if not check.passed] == [
        "operator",
        "provisional",
        "k",
        "transform",
    ]


def test_without_a_champion_anything_is_promoted() -> None:
    assert first().promote
    assert first().reason == "there is no champion yet"


def test_without_a_reason_the_champion_stays_and_the_sentence_has_the_number() -> None:
    decision = decide(gate_input(SIMILAR))

    assert not decision.promote
    assert decision.reason == (
        "the champion stays: quantization error is 0.5% lower, and it takes more than 1.0% to replace it, "
        "with the same number of segments and the same features"
    )


VETOES: dict[str, dict[str, Any]] = {
    "pinned": {"pinned": True},
    "silhouette_simplified": {"challenger": replace(BETTER, centers=CENTERS * 0.4)},
    "min_share": {"X": people((200, 195, 200, 5))},
    "warm_ari": {"scores": scores(warm_ari=0.87)},
    "cold_ari": {"scores": scores(cold_ari=0.1, cold_ari_se=0.02)},
    "jaccard": {"scores": scores(jaccard=np.array([0.9, 0.9, 0.9, 0.55]))},
    "relabelled": {"identities": SegmentIdentities((1, 2, 3, 4), 5, relabelled=0.16)},
    "ambiguity": {"identities": SegmentIdentities((1, 2, 3, 4), 5, ambiguity=0.81)},
    "customers": {"last_size": 501},
}


def test_every_check_is_described_and_every_veto_is_tried() -> None:
    checks = decide(gate_input()).checks

    assert {check.name for check in checks if check.family == "veto"} == set(VETOES)
    assert [check.name for check in checks if f"`{check.name}`" not in PAGE] == []


@pytest.mark.parametrize("name", VETOES)
def test_each_veto_alone_keeps_the_champion_and_is_named(name: str) -> None:
    decision = decide(gate_input(**VETOES[name]))

    closed = [check for check in decision.checks if check.family == "veto" and not check.passed]
    assert not decision.promote
    assert [check.name for check in closed] == [name]
    assert closed[0].text in decision.reason
    assert "although quantization error is 10.0% lower" in decision.reason


@pytest.mark.parametrize("name", [name for name in VETOES if name != "pinned"])
def test_an_operator_may_override_a_veto_and_the_record_says_so(name: str) -> None:
    decision = decide(gate_input(**VETOES[name], force=True, kind="operator"))

    assert decision.promote
    assert "an operator overrides" in decision.reason
    assert not check(name, gate_input(**VETOES[name])).passed


def test_nobody_overrides_a_pin() -> None:
    assert not decide(gate_input(pinned=True, force=True, kind="operator")).promote


def test_an_operators_wish_is_a_reason_but_meets_vetoes() -> None:
    assert decide(gate_input(SIMILAR, kind="operator")).promote
    assert not decide(gate_input(SIMILAR, kind="operator", **VETOES["relabelled"])).promote


@pytest.mark.parametrize("name", VETOES)
def test_a_provisional_champion_gives_way_but_to_a_faulty_table_or_against_a_pin(name: str) -> None:
    early = replace(CHAMPION, provisional=True)
    asked = gate_input(champion=early, **VETOES[name])

    assert decide(asked).promote == (name not in {"pinned", "min_share", "customers"})
    if decide(asked).promote:
        assert check(name, asked).limit is None
        assert "no limit while provisional" in check(name, asked).text


def test_limits_are_settings() -> None:
    strict = GateSettings(min_improvement=0.2)
    lenient = GateSettings(max_relabelled=0.5)

    assert not decide(gate_input(rules=strict)).promote
    assert decide(gate_input(**VETOES["relabelled"], rules=lenient)).promote


def test_a_small_segment_is_excused_by_what_it_spends() -> None:
    X = people((600, 600, 600, 30))
    poor, rich = np.ones(1_830), np.concatenate([np.ones(1_800), np.full(30, 50.0)])

    assert not check("min_share", gate_input(X=X, spend=poor, last_size=None)).passed
    assert check("min_share", gate_input(X=X, spend=rich, last_size=None)).passed


def test_the_champions_own_k_has_the_benefit_of_the_doubt() -> None:
    doubtful = scores(warm_ari=0.885)
    three = replace(
        CHAMPION,
        centers=CENTERS[:3],
        counts=np.full(3, 100),
        radii=np.ones(3),
        distance_p995=np.ones(3),
        segments=CHAMPION.segments[:3],
    )

    assert check("warm_ari", gate_input(scores=doubtful)).passed
    assert not check("warm_ari", gate_input(BETTER, three, scores=doubtful)).passed


def test_models_of_other_features_are_not_compared_by_distance() -> None:
    view = ChampionView(CHAMPION, CENTERS, np.ones(4), np.zeros(400, np.int32), None)
    clipped = replace(BETTER, transform=FeatureTransform(FEATURES, np.zeros(3), np.ones(3), 60))

    decision = decide(gate_input(clipped, view=view))

    assert decision.promote
    assert decision.reason == "the features change"
    assert check("improvement", gate_input(clipped, view=view)).value is None
    assert check("silhouette_simplified", gate_input(clipped, view=view)).value is None
