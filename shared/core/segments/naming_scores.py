"""Where a segment's typical customer lies among all customers: percentiles and scores 1 to 5.

Score 5 is best on every axis: bought recently, often, for much. Ties are no problem to be
broken by customer order; equal values have equal scores.
"""

from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shared.errors import InvalidConfig

SCORES = 5


@dataclass(frozen=True, slots=True)
class SegmentProfile:
    """The typical customer of a segment, in business units.

    Attributes
    ----------
    recency_days : days since the last purchase.
    frequency : number of purchases.
    monetary : net spend, in the shop's currency.
    discount_share : share of spend bought at a discount, 0 to 1; None where it is not known.
    purchase_interval_days : usual days between two purchases; None where it is not known.

    Notes
    -----
    Give the K-means centre taken back from log1p features rather than the plain mean: a few
    wholesalers pull a mean of spend far above what the segment's members spend. On a year of
    Online Retail with k = 5 the means call two segments VIP, the centres call them VIP and Loyal.
    """

    recency_days: float
    frequency: float
    monetary: float
    discount_share: float | None = None
    purchase_interval_days: float | None = None


@dataclass(frozen=True, slots=True)
class PopulationAxis:
    """Where a value lies among all customers: the share of them that is strictly worse.

    Attributes
    ----------
    values : (d,) distinct values, ascending, signed so that more is better.
    share_worse : (d,) share of customers below each, 0 to 1.
    """

    values: NDArray[np.float64] = field(repr=False)
    share_worse: NDArray[np.float64] = field(repr=False)

    @classmethod
    def of(cls, values: ArrayLike) -> Self:
        """Axis of one number per customer, more being better; their order is irrelevant."""
        given = np.asarray(values, dtype=np.float64).ravel()
        if given.size == 0 or not np.isfinite(given).all():
            msg = f"a population axis should be finite numbers, one per customer, got {given.size} values"
            raise InvalidConfig(msg)
        distinct, counts = np.unique(given, return_counts=True)
        share_worse = (np.cumsum(counts) - counts) / given.size
        distinct.setflags(write=False)
        share_worse.setflags(write=False)
        return cls(distinct, share_worse)

    def percentile(self, value: float) -> float:
        """Share of customers that are worse than `value`, linear between observed values.

        Ties count as "not worse", so that "bought once" is the bottom of a shop where most
        have bought once. An axis on which all customers agree tells none of them apart: .5.
        """
        if self.values.size == 1:
            return 0.5 + 0.5 * float(np.sign(value - self.values[0]))
        return float(np.interp(value, self.values, self.share_worse, right=1.0))

    def score(self, value: float) -> int:
        """Fifth of the population that `value` falls into, 1 to 5; 5 is best."""
        return score_of(self.percentile(value))


@dataclass(frozen=True, slots=True)
class PopulationCuts:
    """Where the fifths of the population lie on each axis."""

    recency: PopulationAxis
    frequency: PopulationAxis
    monetary: PopulationAxis

    @classmethod
    def of(cls, recency_days: ArrayLike, frequency: ArrayLike, monetary: ArrayLike) -> Self:
        """Cuts from one value per clustered customer and axis, in business units."""
        return cls(
            PopulationAxis.of(-np.asarray(recency_days, dtype=np.float64)),
            PopulationAxis.of(frequency),
            PopulationAxis.of(monetary),
        )

    def percentiles(self, profile: SegmentProfile) -> tuple[float, float, float]:
        """Share of customers worse than the profile on recency, frequency, monetary."""
        return (
            self.recency.percentile(-profile.recency_days),
            self.frequency.percentile(profile.frequency),
            self.monetary.percentile(profile.monetary),
        )

    def scores(self, profile: SegmentProfile) -> tuple[int, int, int]:
        """Scores 1 to 5 on recency, frequency, monetary; 5 is best."""
        return (
            self.recency.score(-profile.recency_days),
            self.frequency.score(profile.frequency),
            self.monetary.score(profile.monetary),
        )


def score_of(percentile: float) -> int:
    """Fifth that a percentile (0 to 1, cut off outside) lies in, 1 to 5."""
    return min(SCORES, 1 + int(SCORES * max(0.0, percentile)))
