"""The labels of the source document, read off what a segment's typical customer is like."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from batch.studies.kmeans_deep.behaviour import Behaviour
from shared.core.arrays import Float64, Int32, ReadOnlyArrays
from shared.core.segments.naming import PopulationCuts, name_segments, segment_profiles
from shared.core.segments.naming_tables import Name

WORDS: Mapping[str, str] = MappingProxyType(
    {
        Name.VIP: "High-value",
        Name.LOYAL: "Loyal",
        Name.OCCASIONAL: "Occasional",
        Name.NEW: "Occasional",
        Name.POTENTIAL: "Occasional",
        Name.NEEDS_ATTENTION: "At risk",
        Name.AT_RISK: "At risk",
        Name.CHURNED: "At risk",
        Name.ALIKE: "Alike",
    }
)
"""The product's names in the document's five words; it has none for new, promising or lost customers, nor
for segments that do not differ."""

DISCOUNT_SHOPPER = "Discount shopper"
DISCOUNT_SHARE = 0.5
"""From this share of discounted spend on, price is what brings the segment back."""
ACTION = "Tell them about sales and clearance; keep full-price campaigns for others."


@dataclass(frozen=True, eq=False)
class Labelled(ReadOnlyArrays):
    """One segment. typical : (d,) middle of its customers in the features' units."""

    label: int
    word: str
    name: str
    action: str
    n_customers: int
    share: float
    revenue_share: float
    typical: Float64


def label_segments(customers: Behaviour, labels: Int32) -> tuple[Labelled, ...]:
    """Profile and name each segment, by falling revenue."""
    spend = customers.column("monetary")
    core = [customers.column(name) for name in ("recency_days", "frequency", "monetary")]
    present, own = np.unique(labels, return_inverse=True)
    interval, discount = customers.column("purchase_interval_days"), customers.names.index("discount_share")
    typical = [np.expm1(np.log1p(customers.raw[labels == label]).mean(axis=0)) for label in present]
    profiles = segment_profiles(np.column_stack(core), own, present.size, interval_days=interval)
    names = name_segments(profiles, PopulationCuts.of(*core))
    found = (
        Labelled(
            int(label),
            DISCOUNT_SHOPPER if is_cheap else WORDS[name.base],
            name.name,
            ACTION if is_cheap else name.action,
            int((labels == label).sum()),
            float((labels == label).mean()),
            float(spend[labels == label].sum() / spend.sum()),
            row,
        )
        for label, row, name in zip(present, typical, names, strict=True)
        for is_cheap in (_comes_for_the_price(name.base, float(row[discount])),)
    )
    return tuple(sorted(found, key=lambda segment: -segment.revenue_share))


def _comes_for_the_price(name: str, discount_share: float) -> bool:
    """Put price before silence: the document asks what brings a customer, the product whether to write."""
    return name != Name.VIP and discount_share >= DISCOUNT_SHARE
