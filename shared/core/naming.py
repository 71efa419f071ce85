"""Segment names and recommended actions from recency, frequency and monetary.

The rule knows what a typical customer of a segment looks like and where that lies among all
customers; it does not know cluster numbers, so a name follows the customers and not the
order in which an algorithm found them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shared.core.naming_qualifiers import qualifiers
from shared.core.naming_tables import ACTIONS, COMMON_NAMES, OWN_NAMES, SHOPIFY_GROUPS, Name, look_up
from shared.errors import InvalidConfig

SCORES = 5
DISCOUNT_SHARE = 0.5
"""From this share of discounted spend on, price is what brings the segment back."""
USUAL_PAUSE = 1.5
"""A pause up to this many usual purchase intervals is still the customer's own rhythm."""


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
class SegmentName:
    """What a marketer reads: a name that is unique within its segmentation, and what to do.

    `name` includes the qualifier in brackets; `base` is the name without it.
    """

    name: str
    action: str
    qualifier: str | None = None

    @property
    def base(self) -> str:
        """The name of the rule, shared by all segments that only the qualifier tells apart."""
        return self.name.removesuffix(f" ({self.qualifier})")


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
        return min(SCORES, 1 + int(SCORES * self.percentile(value)))


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


def name_for_scores(r: int, f: int, m: int) -> str:
    """Name of a score cell; every one of the 125 cells has exactly one.

    Raises
    ------
    InvalidConfig : a score is outside 1 to 5.
    """
    return look_up(OWN_NAMES, *_checked(r, f, m))


def common_name_for_scores(r: int, f: int, m: int) -> str:
    """Return the cell's name in the widespread vocabulary of eleven ("Champions", "At Risk", ...)."""
    return look_up(COMMON_NAMES, *_checked(r, f, m))


def shopify_group_for_scores(r: int, f: int, m: int) -> str:
    """Return the cell's group in Shopify's `CustomerRfmGroup` ("CHAMPIONS", "AT_RISK", ...)."""
    return look_up(SHOPIFY_GROUPS, *_checked(r, f, m))


def name_segments(profiles: Sequence[SegmentProfile], population: PopulationCuts) -> tuple[SegmentName, ...]:
    """Name every segment of one segmentation, in the order given.

    Segments that the rule calls alike are told apart by the axis on which they differ most
    clearly, for example "Loyal (higher spend)". Names are unique, and permuting the segments
    permutes the names, except between segments whose three numbers are all equal.
    """
    names = [_base_name(profile, population) for profile in profiles]
    told_apart = qualifiers(names, [(p.recency_days, p.frequency, p.monetary) for p in profiles])
    return tuple(
        SegmentName(name if extra is None else f"{name} ({extra})", ACTIONS[name], extra)
        for name, extra in zip(names, told_apart, strict=True)
    )


def _base_name(profile: SegmentProfile, population: PopulationCuts) -> Name:
    scores = population.scores(profile)
    name = Name(name_for_scores(*scores))
    if name is Name.VIP:
        return name
    if _buys_at_a_discount(profile) and scores[0] >= 3:
        return Name.DISCOUNT_SHOPPER
    if _keeps_a_slow_rhythm(profile) and scores[1] <= 3 and name in _QUIET:
        return Name.OCCASIONAL
    return name


_QUIET = frozenset({Name.NEEDS_ATTENTION, Name.AT_RISK, Name.CHURNED})


def _buys_at_a_discount(profile: SegmentProfile) -> bool:
    return profile.discount_share is not None and profile.discount_share >= DISCOUNT_SHARE


def _keeps_a_slow_rhythm(profile: SegmentProfile) -> bool:
    """Look quiet but are within their own interval; one purchase has no rhythm yet."""
    interval = profile.purchase_interval_days
    return interval is not None and profile.frequency >= 2 and profile.recency_days <= USUAL_PAUSE * interval


def _checked(r: int, f: int, m: int) -> tuple[int, int, int]:
    if not all(1 <= score <= SCORES for score in (r, f, m)):
        msg = f"scores should be 1 to {SCORES} each, got r={r} f={f} m={m}; score with PopulationCuts.scores"
        raise InvalidConfig(msg)
    return r, f, m
