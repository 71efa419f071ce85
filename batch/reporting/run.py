"""What a report is made from, and what its segments are called and coloured."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from batch.evidence import Evidence
from batch.gate import Decision
from batch.reporting.moves import Moves
from shared.core.arrays import Int64
from shared.core.model.artifact import ModelArtifact, Segment
from shared.reporting.theme import series_colors

SAMPLE = 3_000
"""Customers that a scatter plot shows at most: more make a page slow, and hide each other."""


@dataclass(frozen=True)
class RunRequest:
    """The request that a run served."""

    run_id: str
    request_id: str
    kind: str
    reason: str
    started_at: datetime


@dataclass(frozen=True, eq=False)
class Run:
    """A finished run.

    moves : of customers under the champion since it is in force; None without one. currency : of money,
    None if it is not known. steps_s : seconds of each step. fitted_checksum : of the model under the names
    of the rule, where `model` has names that people gave.
    """

    request: RunRequest
    model: ModelArtifact
    decision: Decision
    evidence: Evidence
    moves: Moves | None
    currency: str | None
    steps_s: dict[str, float]
    fitted_checksum: str | None = None

    @property
    def checksum(self) -> str:
        """Checksum of the model as it is stored."""
        return self.fitted_checksum or self.model.checksum

    @property
    def money(self) -> str:
        """Unit of money in words."""
        return self.currency or "currency units"

    @property
    def champion(self) -> ModelArtifact | None:
        """The model that was in force."""
        return None if self.evidence.champion is None else self.evidence.champion.model

    @property
    def colors(self) -> dict[int, str]:
        """Colour of every identity, old and new: one that goes on keeps it within a report."""
        models = [self.model] if self.champion is None else [self.champion, self.model]
        ids = sorted({segment.segment_id for model in models for segment in model.segments})
        return dict(zip(ids, series_colors(len(ids)), strict=True))

    def sample(self) -> Int64:
        """Rows of the customers that scatter plots show, ascending; of one seed always the same."""
        n = self.evidence.table.n
        if n <= SAMPLE:
            return np.arange(n)
        return np.sort(np.random.default_rng(self.model.seed).choice(n, SAMPLE, replace=False))


def label(segment: Segment) -> str:
    """Return name and identity: names may be given twice, identities never."""
    return f"{segment.name} ({segment.segment_id})"


def short_number(value: float) -> str:
    """Return a number of any size with three digits that count, as tables and cells show it."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 1 else f"{value:.2f}"
