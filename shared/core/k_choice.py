"""The reasoned pick of k: floors first, then loyalty to the current k, then separation.

Changing the number of segments costs everybody who works with them, so a new k must lead by
more than chance; and no k is worth having whose segments would not come back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class KScores:
    """Everything measured about one k; NaN where the data do not define a score.

    Attributes
    ----------
    k : number of segments.
    centers : (k, d) of the fit, in scaled units; (0, d) if fewer than k distinct customers.
    counts : (k,) customers of each segment.
    spend_shares : (k,) share of all net spend, NaN if spend is not known.
    inertia : sum of squared distances to the own centre.
    silhouette, silhouette_se : of a sample, and its standard error over the warm refits.
    silhouette_full : of all pairs of customers.
    silhouette_simplified : from distances to centres.
    davies_bouldin, calinski_harabasz, dunn : internal indices; the first is better low.
    warm_ari, warm_ari_se, cold_ari, cold_ari_se : mean adjusted Rand index of bootstrap
        refits, started from these centres and from nothing; standard errors of the means.
    jaccard : (k,) mean best Jaccard of each segment over the cold refits.
    prediction_strength : of random halves.
    """

    k: int
    centers: Float64 = field(repr=False)
    counts: NDArray[np.int64]
    spend_shares: Float64
    inertia: float
    silhouette: float
    silhouette_se: float
    silhouette_full: float
    silhouette_simplified: float
    davies_bouldin: float
    calinski_harabasz: float
    dunn: float
    warm_ari: float
    warm_ari_se: float
    cold_ari: float
    cold_ari_se: float
    jaccard: Float64
    prediction_strength: float

    def __post_init__(self) -> None:
        for array in (self.centers, self.counts, self.spend_shares, self.jaccard):
            array.setflags(write=False)

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


@dataclass(frozen=True, slots=True)
class KChoice:
    """The k to use and the sentence that says why."""

    k: int
    reason: str


def choose_k(
    scores: Sequence[KScores], *, current_k: int | None = None, floors: Floors | None = None
) -> KChoice:
    """Pick k among the scored ones.

    Among those that reach the floors: the current k, unless another has a silhouette more
    than one standard error higher; without a current k the best silhouette. If none reaches
    them, the most stable. If nothing could be fitted, one segment. Of equals the smaller k.

    The current k also has the benefit of the doubt at the floors: one standard error. Without
    it a k whose stability is about at its floor comes and goes with the bootstrap's draws.

    Parameters
    ----------
    current_k : segments of the champion; None if there is none.
    """
    rule = floors or Floors()
    able = [s for s in sorted(scores, key=lambda s: s.k) if s.is_defined]
    if not able:
        return KChoice(1, "no k could be fitted: fewer distinct customers than segments")
    passing = [s for s in able if not rule.missed_by(s, slack=float(s.k == current_k))]
    if not passing:
        return _most_stable(able, rule)
    best = max(passing, key=_silhouette)
    current = next((s for s in passing if s.k == current_k), None)
    if current is None:
        return KChoice(best.k, f"{_best_of(best, passing)}{_why_not(current_k, scores, rule)}")
    return _current_or_leader(current, best)


def _current_or_leader(current: KScores, best: KScores) -> KChoice:
    lead = _silhouette(best) - _silhouette(current)
    error = float(np.hypot(*np.nan_to_num([current.silhouette_se, best.silhouette_se])))  # of the lead
    compared = f"k={best.k} leads k={current.k} by {lead:.3f} of silhouette, standard error {error:.3f}"
    if lead > error:
        return KChoice(best.k, f"reaches the floors, and {compared}")
    if best is current:
        return KChoice(current.k, "the current k reaches the floors and has the best silhouette")
    return KChoice(current.k, f"the current k reaches the floors, and {compared}: no clear lead")


def _most_stable(able: Sequence[KScores], rule: Floors) -> KChoice:
    best = max(able, key=lambda s: float(np.nan_to_num(s.warm_ari + s.cold_ari, nan=-np.inf)))
    missed = "; ".join(rule.missed_by(best))
    return KChoice(best.k, f"no k reaches the floors; k={best.k} is the most stable and misses: {missed}")


def _best_of(best: KScores, passing: Sequence[KScores]) -> str:
    ks = ", ".join(str(s.k) for s in passing)
    return f"best silhouette ({best.silhouette:.3f}) among the k that reach the floors ({ks})"


def _why_not(current_k: int | None, scores: Sequence[KScores], rule: Floors) -> str:
    if current_k is None:
        return ""
    missed = next((rule.missed_by(s) for s in scores if s.k == current_k), ("it was not scored",))
    return f"; the current k={current_k} is out: {'; '.join(missed)}"


def _silhouette(scores: KScores) -> float:
    return -np.inf if np.isnan(scores.silhouette) else scores.silhouette
