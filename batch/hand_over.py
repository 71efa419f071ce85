"""What one run hands from step to step."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from batch.champion import ChampionView
from batch.compete import Candidate
from batch.customer_source import CustomerSource
from batch.fit_set import FitSet
from batch.load import CustomerTable
from batch.scale import Scaled
from batch.select_features import FeatureChoice
from shared.adapters.mongo.requests import Kind
from shared.core.arrays import Float64
from shared.core.choice.k_rule import LastRun
from shared.core.choice.k_search import KReport
from shared.core.model.artifact import ModelArtifact
from shared.settings import ModelSettings


@dataclass(frozen=True, eq=False)
class History:
    """What earlier runs left behind.

    champion : None before the first promotion. last_run : how the run before saw the numbers of
    segments. next_segment_id : the lowest identity that no stored model has ever used.
    last_size : customers of the last run with a sound table; None before it.
    """

    champion: ModelArtifact | None = None
    last_run: LastRun | None = None
    next_segment_id: int = 1
    last_size: int | None = None


@dataclass(frozen=True)
class RunPurpose:
    """What a run is for. force : overrides the vetoes. pinned : the champion is to stay."""

    kind: Kind = "schedule"
    force: bool = False
    pinned: bool = False


@dataclass(frozen=True, eq=False)
class Exploration:
    """A run up to its choice of k. centers : of every k, settled on the customers that are fitted."""

    source: CustomerSource
    history: History
    settings: ModelSettings
    features: FeatureChoice
    scaled: Scaled
    champion: ChampionView | None
    fitted: FitSet
    candidates: tuple[Candidate, ...]
    centers: Mapping[int, Float64]
    report: KReport

    @property
    def table(self) -> CustomerTable:
        """Return the customers in memory."""
        return self.source.table

    def held_at(self, k: int, against: str) -> "Exploration":
        """Return the same with another k, because of what spoke `against` the chosen one."""
        return replace(self, report=replace(self.report, choice=self.report.choice.held_at(k, against)))
