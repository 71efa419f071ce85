"""The same customers re-clustered again and again, with other seeds and nothing else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from batch.align import identify
from batch.assemble import Provenance
from batch.champion import ChampionView, view_champion
from batch.cluster import cluster
from batch.customer_source import InMemory
from batch.evidence import Evidence
from batch.gate import Decision
from batch.hand_over import History, RunPurpose
from batch.load import CustomerTable
from batch.pipeline import contest
from batch.scale import scale
from shared.core.kmeans.lloyd import fit_kmeans
from shared.core.model.artifact import ModelArtifact
from shared.settings import ModelSettings, Settings
from shared.stopwatch import Stopwatch


@dataclass(frozen=True)
class UnchangedRefit:
    """One run beside a champion that was fitted to the very same customers.

    k, current_k : of the challenger and of the champion. changed : share of customers whose identity
    the challenger would change. has_same_ids : whether both have the same segments.
    """

    seed: int
    k: int
    current_k: int
    promoted: bool
    reason: str
    changed: float
    has_same_ids: bool


def first_champion(table: CustomerTable, seed: int, **settings: object) -> ModelArtifact:
    """Run the whole pipeline without a champion."""
    return _run(table, History(), seed, **settings)[0]


def refits(
    table: CustomerTable, champion: ModelArtifact, seeds: Sequence[int], **settings: object
) -> Iterator[UnchangedRefit]:
    """Run the whole pipeline once a seed; what is promoted is the champion of the next run."""
    history = History(champion, None, champion.next_segment_id)
    for seed in seeds:
        challenger, evidence, decision = _run(table, history, seed, **settings)
        identities = evidence.identities
        yield UnchangedRefit(
            seed,
            challenger.k,
            champion.k,
            decision.promote,
            decision.reason,
            identities.changed,
            set(identities.segment_ids) == set(champion.segment_ids.tolist()),
        )
        seen = evidence.report.choice.remembered(champion.k)
        champion = challenger if decision.promote else champion
        history = History(champion, seen, max(history.next_segment_id, identities.next_segment_id))


def changed_by_cold_fit(table: CustomerTable, champion: ModelArtifact, seed: int, n_starts: int) -> float:
    """Share of customers that K-means of the champion's k from scratch gives another identity."""
    clip = champion.transform.recency_clip_days
    scaled = scale(table.rfm, table.as_of_ms, InMemory(table).fit_transform(champion.features, clip))
    centers = fit_kmeans(scaled.X, champion.k, n_starts=n_starts, rng=seed).centers
    found = cluster(scaled.X, centers, table.spend)
    return identify(found, view_champion(champion, table, scaled), champion.next_segment_id).changed


def changed_by_cold_run(table: CustomerTable, champion: ModelArtifact, seed: int) -> tuple[int, float]:
    """Return k and the share likewise, of a whole run that knows nothing of the champion."""
    _, evidence, _ = _run(table, History(), seed, candidates=("cold",))
    view: ChampionView = view_champion(champion, table, evidence.scaled)
    return evidence.report.choice.k, identify(evidence.clustering, view, champion.next_segment_id).changed


def _run(
    table: CustomerTable, history: History, seed: int, **model: object
) -> tuple[ModelArtifact, Evidence, Decision]:
    settings = Settings(model=ModelSettings.model_validate({"seed": seed} | model))
    provenance = Provenance(f"refit-{seed}", table.as_of, "benchmark", None)
    return contest(InMemory(table), history, RunPurpose(), settings, provenance, Stopwatch())
