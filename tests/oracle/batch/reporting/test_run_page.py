"""The report of a run: what is on the page is what is in the JSON twin, whoever the customers are."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster

from batch.assemble import Provenance
from batch.customer_source import InMemory
from batch.hand_over import History, RunPurpose
from batch.load import CustomerTable
from batch.pipeline import contest
from batch.reporting import (
    clouds,
    k_curves,
    map_section,
    migration_section,
    segment_profiles,
    silhouettes,
    tree,
)
from batch.reporting.compose import numbers, page
from batch.reporting.files import write_report
from batch.reporting.moves import Move, Moves
from batch.reporting.run import Run, RunRequest
from shared.core.customers.features import RfmColumns
from shared.core.kmeans.assignment import assign
from shared.plain import to_json
from shared.reporting.page import Fold, Note, TableBlock, render
from shared.settings import ModelSettings, Settings
from shared.stopwatch import Stopwatch

MakeTable = Callable[..., CustomerTable]
EVIL = "</script><b>VIP</b>"
ASKED = RunRequest("run-1", "refit:x", "refit", EVIL, datetime(2011, 6, 1, tzinfo=UTC))


def run_of(table: CustomerTable, history: History | None = None, **model: Any) -> Run:
    settings = Settings(model=ModelSettings.model_validate({"k_min": 2, "k_max": 3, "n_starts": 1} | model))
    steps = Stopwatch()
    provenance = Provenance("run-1", table.as_of, "0", None)
    found, evidence, decision = contest(
        InMemory(table), history or History(), RunPurpose(), settings, provenance, steps
    )
    return Run(ASKED, found, decision, evidence, None, "GBP", steps.seconds)


@pytest.fixture(scope="module")
def first(make_table: MakeTable) -> Run:
    return run_of(make_table(n=50))


@pytest.fixture(scope="module")
def second(make_table: MakeTable, first: Run) -> Run:
    model = replace(first.model, version=1)
    run = run_of(make_table(n=60, seed=9), History(model, None, model.next_segment_id))
    moves = (Move(2, 1, 7), Move(None, 3, 20), Move(1, None, 4), Move(99, 1, 5))
    evil = tuple(replace(segment, name=EVIL) for segment in run.model.segments)
    named = replace(run.model, segments=evil)
    return replace(run, model=named, moves=Moves(1, datetime(2011, 3, 1, tzinfo=UTC), moves))


def test_the_twin_is_valid_json_and_holds_what_figures_show(second: Run) -> None:
    found = numbers(second)
    twin = json.loads(to_json(found))

    drawn = silhouettes.draw(found.silhouettes, second.colors)
    shown = [list(trace.x)[1:-1] for trace in drawn.data]
    assert shown == [one["values"] for one in twin["silhouettes"]["segments"]]
    curve = k_curves.draw_curve(found.k_curves, ("silhouette",), "silhouette").data[0]
    assert list(curve.y) == twin["k_curves"]["curves"]["silhouette"]["values"]
    hits = np.array(map_section.draw_hits(found.maps).data[0].z)
    assert sorted(hits.ravel().tolist()) == sorted(np.array(twin["maps"]["hits"]).ravel().tolist())
    links = migration_section.draw(found.migration, second.colors).data[0].link  # type: ignore[arg-type]
    flows = [*twin["migration"]["behaviour"], *twin["migration"]["model"]]
    assert list(links.value) == [flow["customers"] for flow in flows]
    assert twin["verdict"]["reason"] == second.decision.reason
    assert twin["origin"]["checksum"] == second.model.checksum


def test_names_from_data_are_shown_and_never_run(second: Run) -> None:
    text = render(page(second, numbers(second)))

    assert "<b>VIP</b>" not in text
    assert "&lt;b&gt;VIP&lt;/b&gt; (1)" in text
    assert "&amp;lt;" not in text  # no name is escaped twice where it is shown as text


def test_both_matrices_are_there_in_numbers(second: Run) -> None:
    found = migration_section.migration(second)
    assert found is not None

    fold = next(b for b in migration_section.section(found, second.colors).blocks if isinstance(b, Fold))
    behaviour, model = fold.blocks

    assert isinstance(behaviour, TableBlock)
    assert isinstance(model, TableBlock)
    assert behaviour.rows[-1][0] == behaviour.columns[-1].name == "in no segment"
    assert sum(sum(row[1:]) for row in model.rows) == second.evidence.table.n


def test_the_first_run_has_nothing_to_migrate_from(first: Run) -> None:
    found = numbers(first)
    section = migration_section.section(found.migration, first.colors)

    assert found.migration is None
    assert found.profiles.old is None
    assert section.blocks == (Note("This is the first model: there is nothing to compare it with."),)


def test_profiles_agree_with_a_plain_recount(second: Run) -> None:
    found = segment_profiles.profiles(second)
    table, labels = second.evidence.table, assign(second.evidence.scaled.X, second.model.centers).labels

    for label, one in enumerate(found.new):
        spend = table.spend[labels == label]
        assert one.customers == len(spend)
        assert one.revenue_share == pytest.approx(spend.sum() / table.spend.sum())
        assert one.typical[found.features.index("monetary")] == pytest.approx(
            np.expm1(np.log1p(spend).mean())
        )
    assert sum(one.share for one in found.old or ()) == pytest.approx(1)


def test_behaviour_and_model_are_parted(second: Run) -> None:
    found = migration_section.migration(second)

    assert found is not None
    today = {flow.new: 0 for flow in found.behaviour}
    for flow in found.behaviour:
        today[flow.new] += flow.customers
    champion = second.evidence.champion
    assert champion is not None
    counts = np.bincount(champion.labels, minlength=champion.model.k)
    assert {key: n for key, n in today.items() if key} == dict(
        zip(champion.model.segment_ids.tolist(), counts.tolist(), strict=True)
    )
    assert sum(flow.customers for flow in found.model) == second.evidence.table.n
    assert found.moved_by_model == pytest.approx(second.evidence.identities.changed)
    assert found.moved_by_behaviour == pytest.approx(7 / (second.evidence.table.n - 20))


def test_the_cut_of_the_tree_makes_the_groups_that_are_coloured(second: Run) -> None:
    found = tree.tree(second)

    by_scipy = fcluster(found.linkage, found.cut, criterion="distance")
    order = np.argsort(found.leaves)
    pairs = set(zip(found.groups[order].tolist(), by_scipy.tolist(), strict=True))
    assert len(pairs) == len(set(found.groups.tolist())) == second.model.k
    assert found.hits.sum() == second.evidence.table.n


def test_principal_axes_are_those_of_the_covariance() -> None:
    X = np.random.default_rng(0).normal(size=(200, 3)) * [3.0, 1.0, 0.2]
    centered = X - X.mean(axis=0)

    loadings, explained = clouds.principal_axes(centered)

    variances = np.linalg.eigvalsh(np.cov(X, rowvar=False))[::-1]
    np.testing.assert_allclose(explained, variances[:2] / variances.sum())
    np.testing.assert_allclose(np.var(centered @ loadings.T, axis=0, ddof=1), variances[:2])
    assert (loadings.sum(axis=1) > 0).all()


def test_a_scatter_shows_three_thousand_customers_at_most(first: Run) -> None:
    table = first.evidence.table
    many = RfmColumns(*(np.tile(getattr(table.rfm, name), 30) for name in table.rfm.__dataclass_fields__))
    evidence = replace(first.evidence, table=replace(table, rfm=many))

    rows = replace(first, evidence=evidence).sample()

    assert rows.size == 3_000
    assert np.all(np.diff(rows) > 0)


def test_one_kind_of_customer_still_makes_a_page(make_table: MakeTable, tmp_path: Path) -> None:
    table = make_table(n=20)
    same = RfmColumns(
        *(np.repeat(getattr(table.rfm, name)[:1], 9) for name in table.rfm.__dataclass_fields__)
    )
    run = run_of(replace(table, rfm=same))

    files = write_report(tmp_path / "new", run)

    assert run.model.k == 1
    assert json.loads(files.json.read_text("utf-8"))["silhouettes"]["mean"] is None
    assert sorted(path.name for path in files.html.parent.iterdir()) == ["run-1.html", "run-1.json"]
