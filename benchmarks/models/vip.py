"""Whether a segment of half a percent keeps its center.

It lies exactly six within-segment deviations from the nearest other segment and is in the champion
at the start. Nothing happens to it: customers buy, and the models learn. It is 0.83% of the largest
segment; scikit-learn's default takes the center of whatever weighs less than 1% of it.
"""

from collections.abc import Sequence

import numpy as np

from benchmarks.measured_rows import Bound, Row
from benchmarks.models.contest_history import ContestChampion, ContestHistory, fitted
from benchmarks.models.entries import FOR_SCRIPTS, OURS
from benchmarks.models.followers import Follower, Restating
from benchmarks.models.scripted import World, label_of, play, quiet

SECTION = "A segment of 0.5% at 6 deviations"
SHARES = np.array([0.60, 0.20, 0.10, 0.06, 0.035, 0.005])
PLACES = np.array(
    [[0.0, 0.0, 0.0], [6.0, 0.0, 0.0], [0.0, 6.0, 0.0], [0.0, 0.0, 6.0], [6.0, 6.0, 0.0], [4.0, 4.0, 8.0]]
)
VIP = len(SHARES) - 1
N_CUSTOMERS = 20_000
FEWER_CUSTOMERS = 10_000
DAYS = 30
TOUCHED_SHARE = 0.03
LOOK_EVERY = 5
KEPT = 0.9

Worst = tuple[float, float]
"""Lowest purity and lowest recall over the looks of one seed."""


def vip_history(seed: int, *, n_customers: int = N_CUSTOMERS, n_days: int = DAYS) -> ContestHistory:
    """Generate the stream; exactly `SHARES` of the customers are in each segment."""
    rng = np.random.default_rng(seed)
    counts = np.rint(SHARES * n_customers).astype(np.int64)
    segments = rng.permutation(np.repeat(np.arange(len(SHARES)), counts))
    everybody = np.ones(len(segments), np.bool_)
    return play(World(PLACES, segments, everybody), quiet, rng, n_days, TOUCHED_SHARE)


def separation() -> float:
    """Return the distance from the VIP segment to the nearest other, in within-segment deviations."""
    return float(np.linalg.norm(PLACES[:VIP] - PLACES[VIP], axis=1).min())


def without_vip(champion: ContestChampion) -> ContestChampion:
    """Return a champion that does not know the segment."""
    return ContestChampion(champion.table, champion.centers[:VIP])


def rare_segment(seeds: int, heavy_seeds: int) -> list[Row]:
    """Count the seeds in which the segment has purity and recall of .9 whenever it is looked at."""
    worst: dict[str, list[Worst]] = {entry.name: [] for entry in FOR_SCRIPTS}
    scratch: list[Worst] = []
    for seed in range(seeds):
        past = vip_history(seed)
        last = past.days[-1]
        scratch.append(label_of(last, fitted(last.rows, len(SHARES), seed).cluster_centers_, VIP))
        for entry in FOR_SCRIPTS:
            if not entry.is_heavy or seed < heavy_seeds:
                worst[entry.name].append(worst_of(entry.start(past.champion, seed), past))
    rows = [row for name, found in worst.items() if found for row in _rows(name, found)]
    fewer = [_ours_on(vip_history(seed, n_customers=FEWER_CUSTOMERS)) for seed in range(seeds)]
    return [
        *rows,
        *_rows("refit from scratch, same k", scratch),
        *_rows(f"{OURS}, {FEWER_CUSTOMERS:,} customers", fewer),
    ]


def _ours_on(past: ContestHistory) -> Worst:
    return worst_of(Restating(past.champion), past)


def worst_of(contender: Follower, past: ContestHistory) -> Worst:
    """Let a contender learn, and look at the segment every few days."""
    seen = []
    for position, day in enumerate(past.days, start=1):
        contender.learn(day)
        if position % LOOK_EVERY == 0:
            seen.append(label_of(day, contender.centers(), VIP))
    purity, recall = zip(*seen, strict=True)
    return min(purity), min(recall)


def _rows(name: str, worst: Sequence[Worst]) -> list[Row]:
    kept = sum(purity >= KEPT and recall >= KEPT for purity, recall in worst)
    target = Bound(">=", len(worst)) if name == OURS else None
    case = f"{len(worst)} seeds"
    return [
        Row(SECTION, "scripted", name, case, "seeds with purity and recall >= .9", kept, target),
        Row(SECTION, "scripted", name, case, "purity, worst", min(purity for purity, _ in worst)),
        Row(SECTION, "scripted", name, case, "recall, worst", min(recall for _, recall in worst)),
    ]
