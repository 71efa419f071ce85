"""Where a segment's typical customer lies among all customers: percentiles and scores 1 to 5.

Score 5 is best on every axis: bought recently, often, for much. Values that differ by a few hundredths
count as equal, and equal values share the middle of their ranks: neither a rounding nor the order of
customers earns a score. What ranks cannot know is a bound on the scores: one purchase is no loyalty,
and nobody has gone who was here a moment ago.
"""

from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from shared.core.arrays import Float64, Int64, read_only
from shared.errors import InvalidConfig

SCORES = 5
SAME = 0.02
"""Two values so close, relative to their size, are about equal: nobody would act on the difference."""
NOISE = 1e-9
"""Differences of this relative size are rounding; limits are widened by it."""
TODAY_DAYS = 1.0
"""The resolution of recency: hours within a day say nothing about a customer."""
ABSENT_DAYS = 30.0
"""Who stays away for a month may have gone; sooner only where customers usually come back sooner."""
LONG_AGO_DAYS = 365.0
"""Who has not bought for a year is no recent customer, even in a shop that has slept as long."""
BOUGHT_ONCE = 1.5
"""Below it the typical customer has bought once."""


Scores = tuple[int, int, int]
"""Of recency, frequency and monetary."""


@dataclass(frozen=True, slots=True)
class SegmentProfile:
    """The typical customer of a segment, in business units.

    Attributes
    ----------
    recency_days : days since the last purchase.
    frequency : number of purchases.
    monetary : net spend, in the shop's currency.
    purchase_interval_days : usual days between two purchases; None where nobody has bought twice, or
        where it is not known.
    """

    recency_days: float
    frequency: float
    monetary: float
    purchase_interval_days: float | None = None


def segment_profiles(
    rfm: Float64, labels: ArrayLike, k: int, *, interval_days: Float64 | None = None
) -> list[SegmentProfile]:
    """Describe the typical customer of each of k segments: the mean on the log scale.

    For a clustered feature that is the center. A few wholesalers pull a plain mean of spend far above what
    the members spend: on a year of Online Retail with k = 5 it calls two segments VIP, this VIP and Loyal.

    Parameters
    ----------
    rfm : (n, 3) recency in days, frequency, monetary.
    labels : (n,) of 0..k - 1. A segment that nobody is in is typically 0 throughout.
    interval_days : (n,) days between two purchases of a customer; counted of those who have bought twice.
    """
    own = np.asarray(labels)
    typical = np.column_stack([_log_means(column, own, k) for column in rfm.T]).tolist()
    intervals = [None] * k if interval_days is None else _usual_intervals(interval_days, rfm[:, 1], own, k)
    return [SegmentProfile(r, f, m, i) for (r, f, m), i in zip(typical, intervals, strict=True)]


def _usual_intervals(interval_days: Float64, frequency: Float64, labels: Int64, k: int) -> list[float | None]:
    """Return the typical interval of each label's customers who have bought twice; None where nobody has."""
    returned = frequency > BOUGHT_ONCE
    own = labels[returned]
    means = _log_means(interval_days[returned], own, k).tolist()
    return [mean if n else None for mean, n in zip(means, np.bincount(own, minlength=k), strict=True)]


def _log_means(values: Float64, labels: Int64, k: int) -> Float64:
    """Return the mean on the log scale of each label's values, (k,); 0 of none."""
    counts = np.maximum(np.bincount(labels, minlength=k), 1)
    means: Float64 = np.expm1(np.bincount(labels, np.log1p(values), k) / counts)
    return means


@dataclass(frozen=True, slots=True)
class PopulationAxis:
    """Where a value lies among all customers: the share that is worse, and half of the share about equal.

    Attributes
    ----------
    values : (d,) distinct values, ascending, signed so that more is better.
    percentiles : (d,) of each, 0 to 1, never falling.
    """

    values: Float64 = field(repr=False)
    percentiles: Float64 = field(repr=False)

    @classmethod
    def of(cls, values: ArrayLike, *, are_counts: bool = False) -> Self:
        """Axis of one number per customer, more being better; their order is irrelevant.

        are_counts : who shares a number with many is no better than they are: equal values rank last among
            themselves, not in the middle. Two orders are no top fifth where a quarter has ordered twice.
        """
        given = np.asarray(values, dtype=np.float64).ravel()
        if given.size == 0 or not np.isfinite(given).all():
            msg = f"a population axis should be finite numbers, one per customer, got {given.size} values"
            raise InvalidConfig(msg)
        distinct, counts = np.unique(given, return_counts=True)
        percentiles = _smooth_ranks(distinct, counts, 0.0 if are_counts else SAME) / given.size
        return cls(read_only(distinct), read_only(percentiles))

    @property
    def tells(self) -> bool:
        """Whether customers differ on this axis; where all are about equal it says nothing of anybody."""
        low, high = float(self.values[0]), float(self.values[-1])
        return high - low > 2 * SAME * max(abs(low), abs(high))

    def percentile(self, value: float) -> float:
        """Share of customers that are worse than `value`, linear between observed values."""
        return float(np.interp(value, self.values, self.percentiles)) if self.tells else 0.5


@dataclass(frozen=True, slots=True)
class PopulationCuts:
    """Where the fifths of the population lie on each axis.

    pause_days : so long customers of the shop usually stay away between two purchases.
    """

    recency: PopulationAxis
    frequency: PopulationAxis
    monetary: PopulationAxis
    pause_days: float = ABSENT_DAYS

    @classmethod
    def of(
        cls,
        recency_days: ArrayLike,
        frequency: ArrayLike,
        monetary: ArrayLike,
        *,
        pause_days: float = ABSENT_DAYS,
    ) -> Self:
        """Cuts from one value per clustered customer and axis, in business units."""
        return cls(
            PopulationAxis.of(-np.maximum(np.asarray(recency_days, dtype=np.float64), TODAY_DAYS)),
            PopulationAxis.of(frequency, are_counts=True),
            PopulationAxis.of(monetary),
            pause_days,
        )

    def percentiles(self, profile: SegmentProfile) -> tuple[float, float, float]:
        """Share of customers worse than the profile on recency, frequency, monetary."""
        return (
            self.recency.percentile(-max(profile.recency_days, TODAY_DAYS)),
            self.frequency.percentile(profile.frequency),
            self.monetary.percentile(profile.monetary),
        )

    def scores(self, profile: SegmentProfile, shift: tuple[float, float, float] = (0, 0, 0)) -> Scores:
        """Scores 1 to 5 on recency, frequency, monetary; 5 is best.

        shift : what to add to each percentile first. It moves no score beyond what is known without ranks:
        who bought today or within the usual pause has not gone, who bought years ago is not recent, who
        bought once is not loyal, and where all buy equally often or much nobody stands out by it.
        """
        r, f, m = (score_of(p + by) for p, by in zip(self.percentiles(profile), shift, strict=True))
        return self._recency(profile, r), min(f, self._most_frequency(profile)), self._spend(m)

    def _recency(self, profile: SegmentProfile, score: int) -> int:
        days = profile.recency_days * (1 - NOISE)
        if days <= TODAY_DAYS:
            return max(score, 4)
        if days <= self.pause_days:
            return max(score, 3)
        return min(score, 2) if days > LONG_AGO_DAYS else score

    def _most_frequency(self, profile: SegmentProfile) -> int:
        if profile.frequency < BOUGHT_ONCE * (1 - NOISE):
            return 1
        return SCORES if self.frequency.tells else 2

    def _spend(self, score: int) -> int:
        return score if self.monetary.tells else 3


def usual_pause_days(tenure_days: Float64, frequency: Float64) -> float:
    """Days that customers usually let pass before they buy again, between a day and a month.

    All days since first purchases over all repeat purchases. The days of those who have not come back
    count too: in a young shop only the shortest pauses have ended.
    """
    repeats = float((frequency - 1).sum())
    pause = float(tenure_days.sum()) / repeats if repeats > 0 else ABSENT_DAYS
    return min(max(pause, TODAY_DAYS), ABSENT_DAYS)


def score_of(percentile: float) -> int:
    """Fifth that a percentile (0 to 1, cut off outside) lies in, 1 to 5."""
    return min(SCORES, 1 + int(SCORES * max(0.0, percentile) + NOISE))


def _smooth_ranks(values: Float64, counts: Int64, above: float) -> Float64:
    """Count the customers below each distinct value; one about equal counts by how far below it lies.

    above : relative size up to which larger values count too; with `SAME` equals share the middle.
    """
    size = np.abs(values)
    low, high = values - SAME * size, values + above * size
    first = np.searchsorted(values, low, side="left")
    end = np.searchsorted(values, high, side="right")
    below, sums = (np.concatenate(([0.0], np.cumsum(each))) for each in (counts, counts * values))
    inside = below[end] - below[first]
    # a customer at x counts (high - x) / (high - low): nothing at the upper end, one at the lower
    missing = high * inside - (sums[end] - sums[first])
    share = above / (SAME + above)  # of equals, where no other value is about equal
    counted = np.divide(missing, high - low, out=inside * share, where=high > low)
    ranks = np.clip(below[first] + counted, below[first], below[end])
    return np.maximum.accumulate(ranks)
