"""Step 6: how many segments."""

from collections.abc import Mapping, Sequence

from shared.core.arrays import Float64
from shared.core.choice.k_rule import LastRun
from shared.core.choice.k_scores import Floors
from shared.core.choice.k_search import KReport, score_k
from shared.settings import ModelSettings


def choose_k(
    X: Float64,
    spend: Float64,
    settings: ModelSettings,
    floors: Floors,
    centers: Mapping[int, Float64],
    *,
    current_k: int | None,
    before: LastRun | None,
) -> KReport:
    """Score the best centers of every k in reach, fitted to X (n, d), and pick one k."""
    return score_k(
        X,
        in_reach(settings, current_k),
        seed=settings.seed,
        spend=spend,
        current_k=current_k,
        before=before,
        floors=floors,
        starts=centers,
    )


def in_reach(settings: ModelSettings, current_k: int | None) -> Sequence[int]:
    """Return the numbers of segments to score, ascending; the champion's own is always among them."""
    in_range = set(range(settings.k_min, settings.k_max + 1))
    return sorted(in_range | ({current_k} if current_k is not None and current_k >= 2 else set()))
