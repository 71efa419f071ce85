"""A full re-clustering from top to bottom: what is asked in, what was decided out.

All steps are pure but for load and promote.
"""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime

from pymongo.database import Database

from batch.align import identify
from batch.assemble import Provenance, assemble
from batch.candidates import Material
from batch.champion import view_champion
from batch.choose_k import choose_k, in_reach
from batch.cluster import cluster
from batch.compete import best_starts, compete, settle, split
from batch.customer_source import CustomerSource, open_source
from batch.evidence import Evidence, compare
from batch.fit_set import fit_set, outlier_effect
from batch.gate import Decision, GateInput, decide, first
from batch.hand_over import Exploration, History, RunPurpose
from batch.load import load_last_run
from batch.name import name
from batch.promote import load_incumbent, publish
from batch.scale import scale
from batch.scorecard import make_probe
from batch.select_features import select_features
from batch.som import fit_som, join_units
from shared.adapters.mongo.leases import Lease
from shared.adapters.mongo.requests import Request
from shared.adapters.mongo.runs import last_sound_size
from shared.core.choice.k_scores import Floors
from shared.core.model.artifact import ModelArtifact
from shared.documents import Document
from shared.settings import ModelSettings, Settings
from shared.stopwatch import Stopwatch

JOB = "recluster"
SETTLE_S = 60.0
"""How long the stream may take to bring all customers to one tick before a run gives up."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a run found. model : the challenger as it was stored. steps_s : seconds each."""

    model: ModelArtifact
    decision: Decision
    evidence: Evidence
    steps_s: dict[str, float]


def recluster(
    database: Database[Document],
    settings: Settings,
    *,
    request: Request,
    lease: Lease,
    run_id: str,
    created_at: datetime,
    code_version: str,
) -> Outcome:
    """Fit a challenger on everybody, judge it against the champion, and put it in force if it is better.

    Raises
    ------
    ReclusteringError : nobody to cluster, no settled tick, the pointer has moved or the lease was lost
        meanwhile.
    """
    steps = Stopwatch()
    with ExitStack() as stack:
        with steps.stage("load"):
            incumbent = load_incumbent(database)
            source = stack.enter_context(open_source(database, settings, wait_s=SETTLE_S))
            memory = load_last_run(database, JOB, source.table.as_of)
            size = last_sound_size(database, JOB)
        history = History(incumbent.model, memory, incumbent.next_segment_id, size)
        purpose = RunPurpose(request.kind, request.force, incumbent.is_pinned)
        parent = None if incumbent.model is None else incumbent.model.version
        provenance = Provenance(run_id, created_at, code_version, parent)
        challenger, evidence, decision = contest(source, history, purpose, settings, provenance, steps)
    with steps.stage("promote"):
        model = publish(database, challenger, decision, incumbent, lease)
    return Outcome(
        model, decision, evidence, {name: round(taken, 4) for name, taken in steps.seconds.items()}
    )


def contest(
    source: CustomerSource,
    history: History,
    purpose: RunPurpose,
    settings: Settings,
    provenance: Provenance,
    steps: Stopwatch,
) -> tuple[ModelArtifact, Evidence, Decision]:
    """Fit a challenger and judge it; the same customers, history, purpose and settings give the same one.

    A challenger that is refused with another number of segments has a second try with the champion's:
    a gate that holds k back would otherwise hold back every better fit as well.
    """
    exploration = explore(source, history, settings.model, settings.gate.floors, steps)
    challenger, evidence = form(exploration, provenance, steps)
    decision = judge(challenger, evidence, history, purpose, settings)
    current_k = challenger.k if history.champion is None else history.champion.k
    if not decision.promote and challenger.k != current_k and current_k in exploration.centers:
        against = "; ".join(c.text for c in decision.checks if c.family == "veto" and not c.passed)
        held, seen = form(exploration.held_at(current_k, against), provenance, steps)
        second = judge(held, seen, history, purpose, settings)
        if second.promote:
            return held, seen, second
    return challenger, evidence, decision


def explore(
    source: CustomerSource, history: History, settings: ModelSettings, floors: Floors, steps: Stopwatch
) -> Exploration:
    """Go from the table to the number of segments: features, transform, outliers, candidates, k."""
    table = source.table
    current_k = None if history.champion is None else history.champion.k
    with steps.stage("features"):
        in_use = () if history.champion is None else history.champion.features
        features = select_features(table, settings, in_use)
    with steps.stage("transform"):
        transform = source.fit_transform(features.kept, settings.recency_clip_days)
        scaled = scale(table.rfm, table.as_of_ms, transform)
        champion = None if history.champion is None else view_champion(history.champion, table, scaled)
    with steps.stage("outliers"):
        fitted = fit_set(scaled.X, settings)
    with steps.stage("candidates"):
        halves = split(table.n, settings.seed)
        warm = None if champion is None else champion.centers
        material = Material(fitted.among(halves.fitted), warm, settings.seed, settings.n_starts, floors)
        probe = make_probe(scaled.X, table.spend, halves.probe, champion)
        candidates = compete(material, probe, settings.candidates, in_reach(settings, current_k))
    with steps.stage("choose_k"):
        centers = {k: settle(fitted.X, start) for k, start in best_starts(candidates).items()}
        spend = table.spend[fitted.rows]
        loyal_to = None if history.champion is None or history.champion.provisional else current_k
        report = choose_k(
            fitted.X, spend, settings, floors, centers, current_k=loyal_to, before=history.last_run
        )
    return Exploration(
        source, history, settings, features, scaled, champion, fitted, candidates, centers, report
    )


def form(run: Exploration, provenance: Provenance, steps: Stopwatch) -> tuple[ModelArtifact, Evidence]:
    """Make a challenger of the chosen k: everybody's segment, map, identities, names, figures."""
    X, spend, settings, k = run.scaled.X, run.table.spend, run.settings, run.report.choice.k
    with steps.stage("cluster"):
        centers = run.centers.get(k, run.fitted.X.mean(axis=0, keepdims=True))
        clustering = cluster(X, centers, spend)
        outliers = outlier_effect(X, run.fitted, centers, spend, settings)
    with steps.stage("som"):
        som = fit_som(X, settings.seed)
        tree = join_units(X, som, k)
    with steps.stage("align"):
        identities = identify(clustering, run.champion, run.history.next_segment_id)
    with steps.stage("name"):
        segments = name(clustering, identities.segment_ids, run.table, run.champion)
    with steps.stage("compare"):
        measured = compare(run.scaled, spend, clustering, run.champion, settings.seed)
    evidence = Evidence(
        table=run.table,
        scaled=run.scaled,
        champion=run.champion,
        features=run.features,
        outliers=outliers,
        candidates=run.candidates,
        report=run.report,
        clustering=clustering,
        identities=identities,
        measured=measured,
        tree=tree,
    )
    scores = evidence.scores
    challenger = assemble(
        run.table, run.scaled, clustering, som, identities, segments, scores, settings, provenance
    )
    with steps.stage("enlarge"):
        return run.source.enlarge(challenger), evidence


def judge(
    challenger: ModelArtifact, evidence: Evidence, history: History, purpose: RunPurpose, settings: Settings
) -> Decision:
    """Hold the challenger against the champion; without one any is better than none."""
    if evidence.champion is None:
        return first()
    gate_input = GateInput(
        challenger,
        evidence.champion,
        evidence.identities,
        evidence.scores,
        evidence.scaled.X,
        evidence.table.spend,
        kind=purpose.kind,
        force=purpose.force,
        pinned=purpose.pinned,
        last_size=history.last_size,
        rules=settings.gate,
    )
    return decide(gate_input)
