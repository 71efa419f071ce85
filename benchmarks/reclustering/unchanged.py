"""What re-clusterings change when nothing has changed, beside what cold fits would."""

from collections.abc import Sequence

import numpy as np

from batch.load import CustomerTable
from benchmarks.measured_rows import Bound, Row
from benchmarks.reclustering.refits import (
    UnchangedRefit,
    changed_by_cold_fit,
    changed_by_cold_run,
    first_champion,
    refits,
)
from shared.core.model.artifact import ModelArtifact

NONE = Bound("<=", 0)
SECTION = "The same customers again, other seeds"
WHOLE = "whole pipeline, champion in place"


def unchanged_rows(table: CustomerTable, n_refits: int, n_cold_runs: int, seed: int) -> list[Row]:
    """Refit one table, and say what that would have changed for its customers.

    Parameters
    ----------
    n_refits : seeds of the pipeline and of the cold fits. n_cold_runs : of whole runs without a champion.
    """
    champion = first_champion(table, seed)
    seeds = [seed + 1 + at for at in range(n_refits)]
    data = f"Online Retail, {table.as_of:%d %b %Y}, {table.n:,} customers, k={champion.k}"
    return [
        *pipeline_rows(data, list(refits(table, champion, seeds))),
        *_cold_fit_rows(data, table, champion, seeds),
        *_cold_run_rows(data, table, champion, seeds[:n_cold_runs]),
    ]


def pipeline_rows(data: str, found: Sequence[UnchangedRefit]) -> list[Row]:
    """Say what the runs decided, and what their challengers would have changed."""
    case = f"{len(found)} refits"
    figures = {
        "needless promotions": sum(refit.promoted for refit in found),
        "identity changes": sum(refit.promoted and not refit.has_same_ids for refit in found),
        "runs with another k": sum(refit.k != refit.current_k for refit in found),
        "customers relabelled, most": max(refit.changed * refit.promoted for refit in found),
        "refused: runs with other identities": sum(
            not refit.promoted and not refit.has_same_ids for refit in found
        ),
        "refused: customers relabelled, most": max(refit.changed * (not refit.promoted) for refit in found),
    }
    judged = ("needless promotions", "identity changes", "customers relabelled, most")
    return [
        Row(SECTION, data, WHOLE, case, name, value, NONE if name in judged else None)
        for name, value in figures.items()
    ]


def _cold_fit_rows(
    data: str, table: CustomerTable, champion: ModelArtifact, seeds: Sequence[int]
) -> list[Row]:
    rows = []
    for n_starts in (1, 10):
        changed = [changed_by_cold_fit(table, champion, seed, n_starts) for seed in seeds]
        contender = f"cold K-means, {n_starts} start{'s' * (n_starts > 1)}, same k"
        rows += _spread(data, contender, changed)
    return rows


def _cold_run_rows(
    data: str, table: CustomerTable, champion: ModelArtifact, seeds: Sequence[int]
) -> list[Row]:
    found = [changed_by_cold_run(table, champion, seed) for seed in seeds]
    contender = "cold K-means, k chosen afresh"
    others = sum(k != champion.k for k, _ in found)
    case = f"{len(found)} refits"
    return [
        Row(SECTION, data, contender, case, "runs with another k", others),
        *_spread(data, contender, [changed for _, changed in found]),
    ]


def _spread(data: str, contender: str, changed: Sequence[float]) -> list[Row]:
    case = f"{len(changed)} refits"
    return [
        Row(SECTION, data, contender, case, "customers relabelled, mean", float(np.mean(changed))),
        Row(SECTION, data, contender, case, "customers relabelled, most", float(np.max(changed))),
    ]
