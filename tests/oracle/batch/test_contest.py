"""A whole run without a database: from the table to the decision."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from batch.assemble import Provenance
from batch.customer_source import InMemory
from batch.evidence import Evidence
from batch.gate import Decision
from batch.hand_over import History, RunPurpose
from batch.load import CustomerTable
from batch.pipeline import contest
from shared.core.choice.k_rule import LastRun
from shared.core.model.artifact import ModelArtifact
from shared.settings import ModelSettings, Settings
from shared.settings.reclustering import GateSettings
from shared.stopwatch import Stopwatch

MakeTable = Callable[..., CustomerTable]
Found = tuple[ModelArtifact, Evidence, Decision]


def run(
    table: CustomerTable, history: History | None = None, *, gate: GateSettings | None = None, **model: object
) -> Found:
    quick = {"k_min": 2, "k_max": 4, "n_starts": 2}
    settings = Settings(model=ModelSettings.model_validate(quick | model), gate=gate or GateSettings())
    provenance = Provenance("run", table.as_of, "0", None)
    return contest(InMemory(table), history or History(), RunPurpose(), settings, provenance, Stopwatch())


def test_three_kinds_of_customer_make_three_segments(make_table: MakeTable) -> None:
    model, evidence, decision = run(make_table(n=80))

    assert decision.promote
    assert model.k == 3
    assert evidence.winner is not None
    assert (evidence.winner.kind, evidence.winner.k) == ("cold", 3)
    assert {c.k for c in evidence.candidates} == {2, 3, 4}
    assert [v.k for v in evidence.report.choice.verdicts] == [2, 3, 4]
    assert evidence.measured.incumbent is None
    assert evidence.measured.silhouettes.values.mean() == pytest.approx(
        evidence.measured.challenger.silhouette
    )
    assert evidence.tree.hits.sum() == 240
    assert evidence.tree.macro.labels.max() == 2


def test_the_same_table_and_settings_give_the_same_model(make_table: MakeTable) -> None:
    first, again, other = (run(make_table(n=60), seed=seed)[0] for seed in (1, 1, 2))

    assert first.checksum == again.checksum
    assert first.seed != other.seed


def test_another_seed_changes_nothing_beside_a_champion(make_table: MakeTable) -> None:
    table = make_table(n=80)
    champion, *_ = run(table)
    history = History(champion, None, champion.next_segment_id)

    for seed in (1, 2):
        model, evidence, decision = run(table, history, seed=seed)
        assert not decision.promote
        assert evidence.identities.changed == 0.0
        assert evidence.measured.challenger.relabelled == 0.0
        np.testing.assert_allclose(model.centers, champion.centers, rtol=0, atol=1e-9)


def test_a_refused_number_of_segments_has_a_second_try_with_the_champions(make_table: MakeTable) -> None:
    early, late = make_table(("vip", "lapsed"), n=120), make_table(n=80, seed=5)
    champion, *_ = run(early, k_max=2)
    led = History(champion, LastRun(2, frozenset({3}), has_missed=False), champion.next_segment_id)

    chosen, _, _ = run(late, led)
    held, evidence, decision = run(late, led, gate=GateSettings(max_ambiguity=0.5))

    assert (chosen.k, held.k) == (3, 2)
    assert decision.promote
    assert "quantization error" in decision.reason
    choice = evidence.report.choice
    assert choice.reason.startswith("k=3 would be chosen, but: the least clear identity has a rival")
    assert choice.remembered(2) == LastRun(2, frozenset({3}), has_missed=False)
    assert [v.reason for v in choice.verdicts if v.k == 2] == [choice.reason]


def test_a_provisional_champion_does_not_hold_the_number_of_segments(make_table: MakeTable) -> None:
    early, late = make_table(("vip", "lapsed"), n=120), make_table(n=80, seed=5)
    champion, *_ = run(early, k_max=2)
    lasting = History(champion, None, champion.next_segment_id)
    provisional = replace(lasting, champion=replace(champion, provisional=True))

    assert run(late, lasting)[0].k == 2
    assert run(late, provisional)[0].k == 3


def test_one_customer_is_one_segment(make_table: MakeTable) -> None:
    model, evidence, _ = run(make_table(("vip",), n=1))

    assert model.k == 1
    assert evidence.candidates == ()
    assert evidence.winner is None
    assert evidence.scores is None
    assert evidence.report.choice.reason.startswith("no k could be fitted")


def test_floors_of_the_settings_reach_the_choice_of_k(make_table: MakeTable) -> None:
    lenient = GateSettings(min_warm_ari=0, min_cold_ari=0, min_jaccard=0, min_share=0)
    strict = GateSettings(min_warm_ari=1, min_cold_ari=1, min_jaccard=1)
    (_, taken, _), (_, refused, _) = (run(make_table(n=60), gate=gate) for gate in (lenient, strict))

    assert all(verdict.missed == () for verdict in taken.report.choice.verdicts)
    assert refused.report.floors == strict.floors
    assert any(verdict.missed for verdict in refused.report.choice.verdicts)
