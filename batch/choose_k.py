"""Step 4: how many segments."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shared.config import ModelSettings
from shared.core.selection import KReport, score_k


def choose_k(
    X: NDArray[np.float64], spend: NDArray[np.float64], settings: ModelSettings, current_k: int | None
) -> KReport:
    """Score every k in reach and pick one; the champion's own k is always in reach."""
    return score_k(X, candidates(settings, current_k), seed=settings.seed, spend=spend, current_k=current_k)


def candidates(settings: ModelSettings, current_k: int | None) -> Sequence[int]:
    """Return the numbers of segments to score, ascending."""
    in_range = set(range(settings.k_min, settings.k_max + 1))
    return sorted(in_range | ({current_k} if current_k is not None and current_k >= 2 else set()))
