"""What the study says of the map and of its segments."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd

from batch.studies.claims import Claim, Facts, Sentence, Value
from batch.studies.framework import minisom_rule
from batch.studies.framework.silhouette_words import structure
from batch.studies.mall_som import recounts
from batch.studies.mall_som.customers import Mall
from batch.studies.mall_som.segmentation import CUTS, GRID, ONLINE_STEPS, SIGMA_END, Segmentation
from batch.studies.mall_som.statistics import explained
from shared.core.arrays import Int64
from shared.core.choice.agreement import adjusted_rand_of


def of_method(training: str) -> Claim:
    """Say how the map learns."""
    wording = (
        "Features are scaled in a Spark pipeline, and a map of {rows} x {cols} units with a Gaussian "
        "neighbourhood learns them in passes of the batch rule, its radius falling to {sigma} of a unit. "
        "Each customer then belongs to the nearest unit."
    )
    if training == "online":
        wording = (
            "Features are scaled in a Spark pipeline, and a map of {rows} x {cols} units learns {steps:,} "
            "customers one by one, as MiniSom does, its radius falling to {sigma} of a unit. Each customer "
            "then belongs to the nearest unit."
        )
    facts: dict[str, Value] = {
        "rows": GRID.rows, "cols": GRID.cols, "steps": ONLINE_STEPS, "sigma": SIGMA_END,
    }  # fmt: skip
    return Claim(wording, facts)


def of_choice(mall: Mall, taken: Segmentation, others: Sequence[Segmentation]) -> Claim:
    """Say which features the map is made of, and why."""
    rivals = [one for one in others if one.training == taken.training and one is not taken]
    features = _named(mall, taken.features)
    if not rivals:
        facts: dict[str, Value] = {"features": features}
        return Claim("The map is made of {features}: nothing else varies.", facts, partial(_varying, mall))
    rival = rivals[0]
    return Claim(
        "The map is made of {features}: its segments part the customers better (silhouette {taken:.3f}) than "
        "those of {rival_features} do ({rival:.3f}).",
        {
            "features": features, "rival_features": _named(mall, rival.features),
            "taken": taken.silhouette, "rival": rival.silhouette,
            "is_better": _at_least(taken.silhouette, rival.silhouette),
        },
        lambda read: {
            "features": features, "rival_features": _named(mall, rival.features),
            "taken": _silhouette(taken, read), "rival": _silhouette(rival, read),
            "is_better": _at_least(_silhouette(taken, read), _silhouette(rival, read)),
        },
    )  # fmt: skip


def _varying(mall: Mall, read: pd.DataFrame) -> Facts:
    table = recounts.kept(read)[list(mall.features)]
    varying = [name for name in mall.features if table[name].std() > 0] or ["income"]
    return {"features": _named(mall, varying)}


def of_training(taken: Segmentation, other: Segmentation) -> Claim:
    """Compare the segments of both ways to learn."""
    ways = {"batch": "the batch rule", "online": "MiniSom's rule, row by row"}

    def facts(ari: float) -> Facts:
        return {
            "way": ways[other.training], "ari": ari, "k": int(other.segments.max()), "steps": ONLINE_STEPS,
            "rate": minisom_rule.LEARNING_RATE_START,
        }  # fmt: skip

    return Claim(
        "Learnt by {way}, the same features give {k} segments, which agree with these by {ari:.2f} "
        "(adjusted Rand index: one is the same, zero is chance).",
        facts(adjusted_rand_of(pd.crosstab(taken.segments, other.segments).to_numpy())),
        lambda _: facts(recounts.agreement(taken.segments, other.segments)),
    )


def of_cut(found: Segmentation) -> Claim:
    """Say into how many segments the tree of units is cut, and how much there is to them."""
    if found.k == 1:
        return Claim(
            "All customers stand at {n_units} unit of the map, so there is {k} segment.",
            {"k": 1, "n_units": len(np.unique(found.units))},
            lambda _: {"k": int(found.segments.max()), "n_units": int(pd.Series(found.units).nunique())},
        )
    return Claim(
        "The {n_units} units that customers stand at are too many for a marketer. Ward's tree of them, each "
        "weighted by its customers, is cut where the customers' silhouette is best: into {k} segments. A "
        "silhouette of {silhouette:.3f} says {structure}.",
        _cut(found, found.silhouette, len(np.unique(found.units))),
        lambda read: _cut(found, _silhouette(found, read), int(pd.Series(found.units).nunique())),
    )


def _cut(found: Segmentation, silhouette: float, n_units: int) -> Facts:
    words = structure(silhouette)
    return {"k": found.k, "silhouette": silhouette, "structure": words, "n_units": n_units}


def of_k(found: Segmentation) -> Sentence:
    """Say what was chosen of the numbers that were tried."""
    if found.k == 1:
        return "There is nothing to cut: all customers stand at one unit."
    facts: dict[str, Value] = {"k": found.k, "most": min(CUTS[-1], max(found.silhouettes))}
    return Claim(
        "Mean silhouette of the customers for each number of segments up to {most}; {k} is the best.",
        facts,
        lambda read: facts | {"k": _best_k(found, read)},
    )


def _best_k(found: Segmentation, read: pd.DataFrame) -> int:
    """Return the cut that was taken, 0 unless it has the silhouette that is stated, and no other a better."""
    is_best = found.silhouette >= max(found.silhouettes.values())
    is_stated = np.isclose(found.silhouette, _silhouette(found, read))
    return found.k if is_best and is_stated else 0


def of_age(mall: Mall, found: Segmentation) -> list[Claim]:
    """Say how far segments differ in age, where the map knows nothing of it."""
    if "age_years" in found.features or "age_years" not in mall.varying:
        return []
    label, segments = mall.labels["age_years"], pd.Series(found.segments)

    def facts(table: pd.DataFrame, share: float) -> Facts:
        means = table.groupby(found.segments)["age_years"].mean()
        return {
            "label": label, "share": share, "low": float(means.min()), "high": float(means.max()),
            "youngest": int(means.idxmin()), "oldest": int(means.idxmax()),
        }  # fmt: skip

    def again(read: pd.DataFrame) -> Facts:
        table = recounts.kept(read)
        return facts(table, recounts.eta_squared(table["age_years"], segments.astype(str)))

    return [
        Claim(
            "{label} has no part in the map. The segments explain {share:.0%} of its variance: its mean goes "
            "from {low:.1f} in segment {youngest} to {high:.1f} in segment {oldest}."
            if found.k > 1
            else "{label} has no part in the map; its mean is {low:.1f}.",
            facts(mall.table, explained(mall.table["age_years"], segments.astype(str))),
            again,
        )
    ]


def _silhouette(found: Segmentation, read: pd.DataFrame) -> float:
    return recounts.silhouette_of(read, found.features, found.segments, found.sample)


def _at_least(taken: float, rival: float) -> bool:
    return bool(np.nan_to_num(taken, nan=-1.0) >= np.nan_to_num(rival, nan=-1.0) - 1e-9)


def _named(mall: Mall, features: Sequence[str]) -> str:
    return " and ".join(mall.labels[name] for name in features)


def of_sizes(segments: Int64) -> str:
    """Write how many customers each segment has, largest first."""
    return ", ".join(f"{size:,}" for size in sorted(np.bincount(segments)[1:], reverse=True) if size)
