"""What is measured about one k, and the floors that it must reach before its separation counts."""

from dataclasses import dataclass, field

import numpy as np

from shared.core.arrays import Float64, Int64, ReadOnlyArrays


@dataclass(frozen=True, slots=True)
class KScores(ReadOnlyArrays):
    """Everything measured about one k; NaN where the data do not define a score.

    Attributes
    ----------
    k : number of segments.
    centers : (k, d) of the fit, in scaled units; (0, d) if fewer than k distinct customers.
    counts : (k,) customers of each segment.
    spend_shares : (k,) share of all net spend, NaN if spend is not known.
    inertia : sum of squared distances to the own center.
    silhouette, silhouette_se : of a sample, and its standard error over the warm refits.
    silhouette_simplified : from distances to centers.
    davies_bouldin, calinski_harabasz : internal indices; the first is better low.
    warm_ari, warm_ari_se, cold_ari, cold_ari_se : mean adjusted Rand index of bootstrap
        refits, started from these centers and from nothing; standard errors of the means.
    jaccard : (k,) mean best Jaccard of each segment over the cold refits.
    """

    k: int
    centers: Float64 = field(repr=False)
    counts: Int64
    spend_shares: Float64
    inertia: float
    silhouette: float
    silhouette_se: float
    silhouette_simplified: float
    davies_bouldin: float
    calinski_harabasz: float
    warm_ari: float
    warm_ari_se: float
    cold_ari: float
    cold_ari_se: float
    jaccard: Float64

    @property
    def is_defined(self) -> bool:
        """Whether k segments could be fitted at all."""
        return len(self.centers) == self.k

    @property
    def shares(self) -> Float64:
        """Share of the customers in each segment, (k,)."""
        shares: Float64 = self.counts / max(1, self.counts.sum())
        return shares

    @property
    def min_share(self) -> float:
        """Share of the smallest segment."""
        return float(self.shares.min()) if self.is_defined else float("nan")


@dataclass(frozen=True, slots=True)
class Floors:
    """What a k must reach before its separation counts.

    A segment is large enough with `share` of the customers, or with `customers` of them who
    bring `spend_share` of the net spend: a small VIP segment is no accident.

    References
    ----------
    Hennig (2007) for the Jaccard floor. The ARI floors lie below refits of undrifted data:
    warm .95 to .99 (least .83), ten cold starts .85 to .99 (least .65).
    """

    warm_ari: float = 0.9
    cold_ari: float = 0.8
    jaccard: float = 0.6
    share: float = 0.02
    customers: int = 30
    spend_share: float = 0.02

    def missed_by(self, scores: KScores, *, slack: float = 0.0) -> tuple[str, ...]:
        """Floors that a k does not reach, in words; an undefined score reaches none.

        The mean ARIs may be `slack` of their standard errors below.
        """
        if not scores.is_defined:
            return ("fewer distinct customers than segments",)
        lasting = float(scores.jaccard.min())
        large_enough = (scores.shares >= self.share) | (
            (scores.counts >= self.customers) & (scores.spend_shares >= self.spend_share)
        )
        warm = scores.warm_ari + slack * float(np.nan_to_num(scores.warm_ari_se))
        cold = scores.cold_ari + slack * float(np.nan_to_num(scores.cold_ari_se))
        checks = (
            (warm >= self.warm_ari, f"warm ARI {scores.warm_ari:.2f} < {self.warm_ari}"),
            (cold >= self.cold_ari, f"cold ARI {scores.cold_ari:.2f} < {self.cold_ari}"),
            (lasting >= self.jaccard, f"weakest segment's Jaccard {lasting:.2f} < {self.jaccard}"),
            (bool(large_enough.all()), f"smallest segment {scores.min_share:.1%} of customers"),
        )
        return tuple(words for is_reached, words in checks if not is_reached)


DEFAULT_FLOORS = Floors()
