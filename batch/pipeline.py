"""A full re-clustering from top to bottom: what is asked in, what was decided out.

All steps are pure but for load and promote.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter

from pymongo.database import Database

from batch.align import identify
from batch.assemble import Provenance, assemble
from batch.candidates.material import Material
from batch.champion import view_champion
from batch.choose_k import choose_k, in_reach
from batch.cluster import cluster
from batch.compete import best_starts, compete, settle, split
from batch.evidence import Evidence, compare
from batch.gate import Bout, Decision, decide, first
from batch.load import CustomerTable, load_customers, load_last_run
from batch.name import name
from batch.outliers import fit_set, outlier_effect
from batch.promote import load_incumbent, publish
from batch.scale import scale
from batch.scorecard import make_probe
from batch.select_features import select_features
from batch.som import fit_som, join_units
from shared.adapters.mongo.client import Document
from shared.adapters.mongo.leases import Lease
from shared.adapters.mongo.requests import Request
from shared.adapters.mongo.runs import last_sound_size
from shared.config import ModelSettings, Settings
from shared.core.artifact import ModelArtifact
from shared.core.k_choice import LastRun

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


@dataclass(frozen=True, eq=False)
class Past:
    """What earlier runs left behind.

    champion : None before the first promotion. last_run : how the run before saw the numbers of
    segments. next_segment_id : the lowest identity that no stored model has ever used.
    """

    champion: ModelArtifact | None = None
    last_run: LastRun | None = None
    next_segment_id: int = 1


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
    with steps("load"):
        incumbent = load_incumbent(database)
        table = load_customers(database, settings.stream.id, wait_s=SETTLE_S)
        past = Past(incumbent.model, load_last_run(database, JOB), incumbent.next_segment_id)
        last_size = last_sound_size(database, JOB)
    parent = None if incumbent.model is None else incumbent.model.version
    provenance = Provenance(run_id, created_at, code_version, parent)
    challenger, evidence = challenge(table, past, settings.model, provenance, steps)
    with steps("gate"):
        decision = first()
        if evidence.champion is not None:
            bout = Bout(
                challenger,
                evidence.champion,
                evidence.identities,
                evidence.scores,
                evidence.scaled.X,
                table.spend,
                kind=request.kind,
                force=request.force,
                pinned=incumbent.is_pinned,
                last_size=last_size,
                rules=settings.gate,
            )
            decision = decide(bout)
    with steps("promote"):
        model = publish(database, challenger, decision, incumbent, lease)
    return Outcome(model, decision, evidence, steps.seconds)


def challenge(
    table: CustomerTable, past: Past, settings: ModelSettings, provenance: Provenance, steps: "Stopwatch"
) -> tuple[ModelArtifact, Evidence]:
    """Fit a challenger; the same table, past and settings give the same one.

    Its version is given when it is stored.
    """
    current_k = None if past.champion is None else past.champion.k
    with steps("features"):
        in_use = () if past.champion is None else past.champion.features
        features = select_features(table, settings, in_use, current_k)
    with steps("transform"):
        scaled = scale(table.rfm, table.as_of_ms, features.kept, settings.recency_clip_days)
        champion = None if past.champion is None else view_champion(past.champion, table, scaled)
    with steps("outliers"):
        fitted = fit_set(scaled.X, settings)
    with steps("candidates"):
        halves = split(table.n, settings.seed)
        warm = None if champion is None else champion.centers
        material = Material(fitted.among(halves.fitted), warm, settings.seed, settings.n_starts)
        probe = make_probe(scaled.X, table.spend, halves.probe, champion)
        candidates = compete(material, probe, settings.candidates, in_reach(settings, current_k))
    with steps("choose_k"):
        centers = {k: settle(fitted.X, start) for k, start in best_starts(candidates).items()}
        spend = table.spend[fitted.rows]
        report = choose_k(fitted.X, spend, settings, centers, current_k=current_k, before=past.last_run)
    with steps("cluster"):
        found = centers.get(report.choice.k, fitted.X.mean(axis=0, keepdims=True))
        clustering = cluster(scaled.X, found, table.spend)
        outliers = outlier_effect(scaled.X, fitted, found, table.spend, settings)
    with steps("som"):
        som = fit_som(scaled.X, settings.seed)
        tree = join_units(scaled.X, som, report.choice.k)
    with steps("align"):
        identities = identify(clustering, champion, past.next_segment_id)
    with steps("name"):
        segments = name(clustering, identities.segment_ids, table, champion)
    with steps("compare"):
        measured = compare(scaled, table.spend, clustering, champion, settings.seed)
    evidence = Evidence(
        table=table,
        scaled=scaled,
        champion=champion,
        features=features,
        outliers=outliers,
        candidates=candidates,
        report=report,
        clustering=clustering,
        identities=identities,
        measured=measured,
        tree=tree,
    )
    challenger = assemble(
        table, scaled, clustering, som, identities, segments, evidence.scores, settings, provenance
    )
    return challenger, evidence


class Stopwatch:
    """Seconds of each step, by its name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        """Measure what the context takes."""
        start = perf_counter()
        yield
        self.seconds[step] = round(perf_counter() - start, 4)
