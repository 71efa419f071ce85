"""Everything a run computed on the way to its challenger: what gates judge and reports show."""

from dataclasses import dataclass

import numpy as np

from batch.align import SegmentIdentities
from batch.champion import ChampionView
from batch.cluster import Clustering
from batch.compete import Candidate
from batch.fit_set import OutlierEffect
from batch.load import CustomerTable
from batch.scale import Scaled
from batch.scorecard import Probe, Scorecard, make_probe, measure, sampled_silhouettes
from batch.select_features import FeatureChoice
from batch.som import UnitTree
from shared.core.arrays import Float64, Int32, Int64, ReadOnlyArrays
from shared.core.choice.k_search import KReport, KScores
from shared.core.kmeans.assignment import assign


@dataclass(frozen=True, eq=False)
class SilhouetteSample(ReadOnlyArrays):
    """Silhouette of some customers among themselves: rows of the table, values and labels, all (s,)."""

    rows: Int64
    values: Float64
    labels: Int32


@dataclass(frozen=True, eq=False)
class Measured:
    """Scorecards on everybody.

    incumbent : the champion as it is; None without one, and where it sees other features.
    silhouettes : of a sample under the challenger.
    """

    challenger: Scorecard
    incumbent: Scorecard | None
    silhouettes: SilhouetteSample


@dataclass(frozen=True, eq=False)
class Evidence:
    """What a run saw; rows are customers in the order of `table`.

    table, scaled : the customers, and in scaled units. champion : None without one.
    features, outliers : what the options did; `outliers` is None if the policy is off.
    candidates : all of every k, by k and preference, judged on the same held-out customers.
    report : scores of every k and the choice among them, with a verdict on each.
    clustering, identities : the challenger's segments, and which identity each has.
    measured : challenger and champion on everybody. tree : of the challenger's map.
    """

    table: CustomerTable
    scaled: Scaled
    champion: ChampionView | None
    features: FeatureChoice
    outliers: OutlierEffect | None
    candidates: tuple[Candidate, ...]
    report: KReport
    clustering: Clustering
    identities: SegmentIdentities
    measured: Measured
    tree: UnitTree

    @property
    def winner(self) -> Candidate | None:
        """The candidate that became the challenger; None if nothing but one segment could be fitted."""
        return next((c for c in self.candidates if c.is_best and c.k == self.report.choice.k), None)

    @property
    def scores(self) -> KScores | None:
        """What was measured about the k that was chosen; None if it could not be scored."""
        return next((s for s in self.report.scores if s.k == self.report.choice.k), None)


def compare(
    scaled: Scaled,
    spend: Float64,
    clustering: Clustering,
    champion: ChampionView | None,
    seed: int,
) -> Measured:
    """Measure the challenger, and the champion where it sees the same features, on all customers."""
    rows = np.random.default_rng(seed).permutation(len(scaled.X))
    probe = make_probe(scaled.X, spend, rows, champion)
    comparable = champion is not None and champion.quantization_error is not None
    return Measured(
        measure(probe, clustering.centers),
        measure(probe, champion.centers) if champion is not None and comparable else None,
        _silhouettes(probe, clustering),
    )


def _silhouettes(probe: Probe, clustering: Clustering) -> SilhouetteSample:
    found = assign(probe.X[: len(probe.distances)], clustering.centers)
    return SilhouetteSample(probe.rows[: len(found.labels)], sampled_silhouettes(probe, found), found.labels)
