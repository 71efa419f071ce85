"""Segment names and recommended actions from recency, frequency and monetary.

The rule knows what a typical customer of a segment looks like and where that lies among all
customers; it does not know cluster numbers, so a name follows the customers and not the
order in which an algorithm found them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from shared.core.segments.naming_qualifiers import CLEAR, Triple, numbered, qualifiers, widest_contrast
from shared.core.segments.naming_scores import (
    NOISE,
    SCORES,
    TODAY_DAYS,
    PopulationCuts,
    Scores,
    SegmentProfile,
    segment_profiles,
    usual_pause_days,
)
from shared.core.segments.naming_tables import ACTIONS, NAMES, Name, look_up
from shared.errors import InvalidConfig

__all__ = [
    "PopulationCuts",
    "SegmentName",
    "SegmentProfile",
    "are_alike",
    "name_for_scores",
    "name_segments",
    "segment_profiles",
    "usual_pause_days",
]

USUAL_PAUSE = 1.5
"""A pause up to this many usual purchase intervals is still the customer's own rhythm."""
MIN_PURCHASES = 2
"""Of the typical customer: a single one has no rhythm yet."""
SLACK = 0.1
"""How far a segment may wander out before its name changes: ten percentile points, half a band, and a tenth
of what makes a rhythm."""

STILL_ALIKE = 1.5 * CLEAR
"""Segments that were alike are so until they differ by half as much again."""


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


def name_for_scores(r: int, f: int, m: int) -> Name:
    """Name of a score cell; every one of the 125 cells has exactly one.

    Raises
    ------
    InvalidConfig : a score is outside 1 to 5.
    """
    if not all(1 <= score <= SCORES for score in (r, f, m)):
        msg = f"scores should be 1 to {SCORES} each, got r={r} f={f} m={m}; score with PopulationCuts.scores"
        raise InvalidConfig(msg)
    return Name(look_up(NAMES, r, f, m))


def name_segments(
    profiles: Sequence[SegmentProfile],
    population: PopulationCuts,
    *,
    previous: Sequence[str | None] | None = None,
) -> tuple[SegmentName, ...]:
    """Name every segment of one segmentation, in the order given.

    Segments that do not differ are all called "Alike", and numbered. Others of equal name are told
    apart by spend, or else by purchases or by recency where that is clearer, for example "Loyal
    (higher spend)". Names are unique. Permuting the segments permutes the names, except between
    segments whose three numbers are all equal.

    Parameters
    ----------
    profiles : one per segment.
    population : of the customers who were clustered.
    previous : the base name that each segment had before, None for a new segment. It is kept
        until some percentile is more than ten points beyond the band that earned it, or the rhythm
        more than a tenth: names should follow a change of the customers, not the noise of a refit.

    Examples
    --------
    >>> shop = PopulationCuts.of(range(0, 300, 3), range(100, 0, -1), range(1000, 0, -10))
    >>> regulars, gone = SegmentProfile(9, 95, 950), SegmentProfile(270, 5, 60)
    >>> for name in name_segments([regulars, gone], shop):
    ...     print(name.name)
    VIP
    Churned
    """
    before = previous or [None] * len(profiles)
    triples = [(p.recency_days, p.frequency, p.monetary) for p in profiles]
    names = [_kept_or_new(p, population, old) for p, old in zip(profiles, before, strict=True)]
    told_apart = qualifiers(names, triples)
    if are_alike(triples, were_alike=set(before) == {Name.ALIKE}):
        names, told_apart = [Name.ALIKE] * len(names), numbered(triples)
    return tuple(
        SegmentName(name.value if extra is None else f"{name} ({extra})", ACTIONS[name], extra)
        for name, extra in zip(names, told_apart, strict=True)
    )


def are_alike(triples: Sequence[Triple], *, were_alike: bool = False) -> bool:
    """Whether segments do not differ: on every axis the largest value is about as large as the smallest.

    were_alike : they were before; a little more than the limit is then needed to tell them apart.
    """
    if len(triples) < 2:
        return False
    limit = STILL_ALIKE if were_alike else CLEAR
    axes = zip(*((max(r, TODAY_DAYS), f, m) for r, f, m in triples), strict=True)
    return all(widest_contrast(values) < limit - NOISE for values in axes)


def _kept_or_new(profile: SegmentProfile, population: PopulationCuts, old: str | None) -> Name:
    """Keep the old name if moving the percentiles and the bounds of a rhythm by `SLACK` can still earn it."""
    steps = (0.0, -SLACK, SLACK)
    reachable = [
        _name(profile, population.scores(profile, (r, f, m)), by)
        for by, r, f, m in product(steps, steps, steps, steps)
    ]
    return next((name for name in reachable if name == old), reachable[0])


def _name(profile: SegmentProfile, scores: Scores, slack: float) -> Name:
    name = name_for_scores(*scores)
    # Who buys often is not called occasional for it, but within the own rhythm nobody has gone.
    may_be_slow = name is Name.CHURNED or (name in _QUIET and scores[1] <= 3)
    return Name.OCCASIONAL if may_be_slow and _keeps_a_slow_rhythm(profile, slack) else name


_QUIET = frozenset({Name.NEEDS_ATTENTION, Name.AT_RISK})


def _keeps_a_slow_rhythm(profile: SegmentProfile, slack: float) -> bool:
    """Look quiet but are within their own interval."""
    interval, ease = profile.purchase_interval_days, 1 + slack + NOISE
    return (
        interval is not None
        and profile.frequency * ease >= MIN_PURCHASES
        and profile.recency_days <= USUAL_PAUSE * interval * ease
    )
