"""All contenders on the same streams from the same champion."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.measured_rows import Row
from benchmarks.models.entries import ENTRIES, FOR_SCRIPTS, ContestEntry
from benchmarks.models.fresh_fits import FreshFit, Score, refit, score
from benchmarks.models.history import ContestHistory, thinned
from benchmarks.models.rounds import timed
from benchmarks.models.scripted import SCRIPTS, scripted
from shared.core.choice.stability import adjusted_rand

PURCHASES, SCRIPTED = "Contest on purchases", "Contest on scripted streams"


@dataclass(frozen=True)
class Followed:
    """What became of a contender: its scores, its centers in the end, its seconds of learning."""

    scores: tuple[Score, ...]
    n_centers: int
    seconds: float


def follow(
    entry: ContestEntry, past: ContestHistory, fresh: dict[int, FreshFit], seed: int, *, share: int = 1
) -> Followed:
    """Let a contender learn every `share`-th customer, and judge it on all of them.

    Parameters
    ----------
    fresh : position among the days after the champion -> the clustering from scratch to judge against.
    """
    seen = past if share == 1 else thinned(past, share)
    contender = entry.start(seen.champion, seed)
    seconds, scores = 0.0, []
    for position, day in enumerate(seen.days):
        seconds += timed(lambda learnt=day: contender.learn(learnt))  # type: ignore[misc]
        if position in fresh:
            scores.append(score(contender.centers(), past.days[position], fresh[position]))
    return Followed(tuple(scores), len(contender.centers()), seconds)


def on_purchases(past: ContestHistory, data: str, *, looks: int, seed: int, heavy_share: int) -> list[Row]:
    """Let everybody follow a purchase history; heavy contenders learn every `heavy_share`-th customer."""
    k = len(past.champion.centers)
    fresh = {position: refit(past.days[position], k, seed) for position in spread(len(past.days), looks)}
    case = f"champion at day {past.champion.table.day + 1}, k={k}"
    rows = []
    for entry in ENTRIES:
        share = heavy_share if entry.is_heavy else 1
        result = follow(entry, past, fresh, seed, share=share)
        thin = f"learns 1 in {share} customers" if share > 1 else ""
        own_k = f"{result.n_centers} centers" if result.n_centers != k else ""
        note = ", ".join(filter(None, [f"judged on {len(fresh)} days", thin, own_k]))
        rows += [
            Row(PURCHASES, data, entry.name, case, measure, value, note=note)
            for measure, value in _summary(result).items()
        ]
    return rows


def on_script(name: str, seeds: int, heavy_seeds: int) -> list[Row]:
    """Play one script with several seeds, and judge everybody when it is over."""
    results: dict[str, list[Score]] = {entry.name: [] for entry in FOR_SCRIPTS}
    from_scratch = []
    for seed in range(seeds):
        past = scripted(SCRIPTS[name], seed)
        last = len(past.days) - 1
        fresh = refit(past.days[last], len(past.champion.centers), seed)
        from_scratch.append(found_by(fresh, past))
        for entry in FOR_SCRIPTS:
            if not entry.is_heavy or seed < heavy_seeds:
                results[entry.name] += follow(entry, past, {last: fresh}, seed).scores
    rows = [_median_row("refit from scratch", name, "ARI to truth, median", from_scratch)]
    for entry_name, scores in results.items():
        if not scores:
            continue
        ratios, truths = [s.inertia_ratio for s in scores], [s.ari_truth for s in scores]
        rows.append(_median_row(entry_name, name, "inertia / refit, median", ratios))
        rows.append(_median_row(entry_name, name, "ARI to truth, median", truths))
    return rows


def found_by(fresh: FreshFit, past: ContestHistory) -> float:
    """Return how well a clustering from scratch finds the script's segments at the end."""
    truth = past.days[-1].truth
    assert truth is not None
    return adjusted_rand(fresh.labels, truth)


def spread(n: int, looks: int) -> list[int]:
    """Return up to `looks` positions spread evenly over n, the last one among them."""
    positions: list[int] = np.unique(np.ceil(np.linspace(-1, n - 1, looks + 1)[1:]).astype(int)).tolist()
    return positions


def _summary(result: Followed) -> dict[str, float]:
    ratios = [each.inertia_ratio for each in result.scores]
    return {
        "inertia / refit, mean": float(np.mean(ratios)),
        "inertia / refit, max": float(np.max(ratios)),
        "ARI to refit, mean": float(np.mean([each.ari_refit for each in result.scores])),
        "seconds of learning": result.seconds,
    }


def _median_row(contender: str, script: str, measure: str, values: Sequence[float] | Iterable[float]) -> Row:
    found = np.array(list(values))
    return Row(
        SCRIPTED,
        script,
        contender,
        "end of script",
        measure,
        float(np.median(found)),
        note=f"{len(found)} seeds",
    )
