"""The four kinds of customers that marketing asked for, found by what a segment is like.

A cluster's number says nothing: another start, another month, and New is cluster 3. So each segment's
typical customer is scored against everybody, as the product's own names are, and a table of four words is
read from the top.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from batch.studies.online_retail.customer_rfm import FEATURES
from shared.core.arrays import Float64, Int32
from shared.core.segments.naming import PopulationCuts, SegmentProfile, name_segments, segment_profiles
from shared.core.segments.naming_tables import NamingLine, look_up

PERSONAS = (
    NamingLine("VIP", r=(3, 5), f_plus_m=(9, 10)),
    # Silent for long, and never worth much more than the middle of all customers.
    NamingLine("Churned", r=(1, 2), f_plus_m=(2, 6)),
    NamingLine("New", r=(4, 5), f=(1, 3), m=(1, 3)),
    NamingLine("Potential"),
)
"""Recent 1 to 5, frequency and monetary 1 to 5 of the typical member; 5 is best."""

ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "New": "Welcome them, explain the range, and give a discount on the second order with an end date.",
        "Potential": "Give them a reason to order more often: bundles around what they buy, offers with a "
        "date.",
        "Churned": "Send one message with a voucher and one question why they left; then no paid campaigns.",
        "VIP": "Keep them: early access, a personal contact, loyalty rewards instead of discounts.",
    }
)


@dataclass(frozen=True)
class PersonaSegment:
    """One segment. Typical values are means on the log scale, where a few wholesalers do not decide them.

    scores : recency, frequency and monetary of the typical customer among all, 1 to 5, 5 best.
    product_name : what the product's own rule calls it by these three numbers.
    """

    label: int
    persona: str
    action: str
    product_name: str
    scores: tuple[int, int, int]
    n_customers: int
    share: float
    revenue: float
    revenue_share: float
    typical_recency_days: float
    typical_frequency: float
    typical_monetary: float
    mean_recency_days: float
    mean_frequency: float
    mean_monetary: float


def describe_segments(rfm: pd.DataFrame, labels: Int32) -> tuple[PersonaSegment, ...]:
    """Profile and name each label's customers, by falling revenue."""
    values = rfm[list(FEATURES)].to_numpy(np.float64)
    population = PopulationCuts.of(*values.T)
    present, own = np.unique(labels, return_inverse=True)
    profiles = segment_profiles(values, own, present.size)
    names = name_segments(profiles, population)
    total = float(rfm["monetary"].sum())
    segments = (
        _segment(int(label), values[labels == label], profile, population, str(name.name), total, len(rfm))
        for label, profile, name in zip(present, profiles, names, strict=True)
    )
    return tuple(sorted(segments, key=lambda segment: -segment.revenue))


def _segment(
    label: int,
    members: Float64,
    profile: SegmentProfile,
    population: PopulationCuts,
    product_name: str,
    total: float,
    n: int,
) -> PersonaSegment:
    r, f, m = population.scores(profile)
    persona = look_up(PERSONAS, r, f, m)
    means, revenue = members.mean(axis=0).tolist(), float(members[:, 2].sum())
    return PersonaSegment(
        label=label,
        persona=persona,
        action=ACTIONS[persona],
        product_name=product_name,
        scores=(r, f, m),
        n_customers=len(members),
        share=len(members) / n,
        revenue=round(revenue, 3),
        revenue_share=revenue / total,
        typical_recency_days=profile.recency_days,
        typical_frequency=profile.frequency,
        typical_monetary=profile.monetary,
        mean_recency_days=means[0],
        mean_frequency=means[1],
        mean_monetary=means[2],
    )
