"""A full re-clustering from top to bottom: what is asked in, what was decided out.

All steps are pure but for the first and the last.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter

from pymongo.database import Database

from batch.align import Identities, identify
from batch.assemble import Provenance, assemble
from batch.champion import view_champion
from batch.choose_k import choose_k
from batch.cluster import cluster
from batch.decide import Decision, decide
from batch.load import load_customers
from batch.name import name
from batch.promote import load_incumbent, publish
from batch.scale import scale
from batch.som import fit_som
from shared.adapters.mongo.client import Document
from shared.adapters.mongo.requests import Kind
from shared.config import Settings
from shared.core.artifact import ModelArtifact
from shared.core.selection import KReport

SETTLE_S = 60.0
"""How long the stream may take to bring all customers to one tick before a run gives up."""


@dataclass(frozen=True)
class Outcome:
    """What a run found. model : the challenger, with its version if promoted. steps_s : seconds each."""

    model: ModelArtifact
    decision: Decision
    report: KReport
    identities: Identities
    steps_s: dict[str, float]


def recluster(
    database: Database[Document],
    settings: Settings,
    *,
    kind: Kind,
    run_id: str,
    created_at: datetime,
    code_version: str,
) -> Outcome:
    """Fit a challenger on everybody, judge it against the champion, and put it in force if it is better.

    Raises
    ------
    ReclusteringError : nobody to cluster, no settled tick, or somebody else moved the pointer meanwhile.
    """
    steps, wanted = _Stopwatch(), settings.model
    with steps("load"):
        incumbent = load_incumbent(database)
        table = load_customers(database, settings.stream.id, wait_s=SETTLE_S)
    with steps("scale"):
        scaled = scale(table.rfm, table.as_of_ms, wanted.features, wanted.recency_clip_days)
        champion = None if incumbent is None else view_champion(incumbent.model, table, scaled)
    with steps("choose_k"):
        report = choose_k(scaled.X, table.spend, wanted, None if champion is None else champion.model.k)
    with steps("cluster"):
        clustering = cluster(
            scaled.X,
            report.choice.k,
            table.spend,
            seed=wanted.seed,
            n_starts=wanted.n_starts,
            champion_centers=None if champion is None else champion.centers,
        )
    with steps("som"):
        som = fit_som(scaled.X, wanted.seed)
    with steps("identify"):
        identities = identify(clustering, champion)
        segments = name(clustering, identities.segment_ids, table)
    with steps("decide"):
        scores = next((scores for scores in report.scores if scores.k == report.choice.k), None)
        parent = None if champion is None else champion.model.version
        provenance = Provenance(run_id, created_at, code_version, parent)
        challenger = assemble(
            table, scaled, clustering, som, identities, segments, scores, wanted, provenance
        )
        decision = decide(challenger, champion, kind)
    with steps("promote"):
        model = publish(database, challenger, decision, incumbent)
    return Outcome(model, decision, report, identities, steps.seconds)


class _Stopwatch:
    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        start = perf_counter()
        yield
        self.seconds[step] = round(perf_counter() - start, 4)
