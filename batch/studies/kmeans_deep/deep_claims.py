"""What the study says of the customers at hand and of the fits, with the wording that their numbers earn."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from batch.studies.claims import Claim, Facts
from batch.studies.framework.wording import in_words
from batch.studies.kmeans_deep.algorithms import AlgorithmOutcome, Mixtures
from batch.studies.kmeans_deep.behaviour import Behaviour
from batch.studies.kmeans_deep.components import Components
from batch.studies.kmeans_deep.consensus import Consensus, Robustness
from batch.studies.kmeans_deep.daily import Year
from batch.studies.kmeans_deep.labels import Labelled
from batch.studies.kmeans_deep.starts import Starts
from batch.studies.kmeans_deep.unusual import Unusual
from shared.core.arrays import Float64, Int32

ALIKE = 0.9
"""Agreement (adjusted Rand) from which on two clusterings are called the same."""
CLOSE = 0.7
"""Rank correlation from which on two features say much the same."""
EVEN = 0.15
"""Difference in the share of good starts up to which it hardly matters where a fit begins."""


def goes_with_spend(customers: Behaviour, alike: Float64) -> Claim:
    """State which feature says most nearly the same as spend."""
    at = customers.names.index("monetary")
    others = [name for name in customers.names if name != "monetary"]

    def facts_of(correlations: "pd.Series[float]") -> Facts:
        name = max(others, key=lambda other: abs(float(correlations[other])))
        return {"name": in_words(name), "r": float(correlations[name])}

    def again(_lines: pd.DataFrame) -> Facts:
        frame = pd.DataFrame(customers.raw, columns=list(customers.names))
        return facts_of(frame.rank().corr()["monetary"].fillna(0.0))

    facts = facts_of(pd.Series(alike[at], index=list(customers.names)))
    end = ": the two say much the same." if abs(float(facts["r"])) >= CLOSE else "."
    return Claim("Rank correlations. Spend goes most with {name} ({r:.2f})" + end, facts, again)


def kept(names: Sequence[str]) -> Claim:
    """State which features every rule keeps."""
    facts: Facts = {"names": ", ".join(map(in_words, names)), "n": len(names)}
    text = "They agree on {names} ({n})." if names else "They agree on no feature."
    return Claim(text, facts)


def dimensions(found: Components, n: int) -> Claim:
    """State how many components hold most of the variance."""
    facts: Facts = {"kept": found.n_kept, "n": n}

    def again(_lines: pd.DataFrame) -> Facts:
        return {"kept": int((np.cumsum(found.shares) < 0.9).sum()) + 1, "n": n}

    return Claim("{kept} of {n} hold nine tenths of the variance.", facts, again)


def fewer_dimensions(found: Components) -> Claim:
    """Judge whether clustering on fewer components pays."""
    facts: Facts = {
        "ari": found.ari,
        "same": found.ari >= ALIKE,
        "better": found.silhouette_kept > found.silhouette_all,
    }
    moves = "leaves segments as they are" if facts["same"] else "moves segments (agreement {ari:.2f})"
    separation = "separates them better" if facts["better"] else "separates them no better"
    text = (
        "Clustering on the kept components "
        + moves
        + " and "
        + separation
        + ", measured on all features. Nine features cost no time; it pays where they are many or nearly "
        "repeat each other."
    )
    return Claim(text, facts)


def set_aside(found: Sequence[Unusual], scale: str) -> Claim:
    """State what the rules set aside on one scale."""
    shares = [each.share for each in found if each.scale == scale]
    revenue = max(each.revenue_share for each in found if each.scale == scale)
    facts: Facts = {"low": min(shares), "high": max(shares), "revenue": revenue, "scale": scale}
    return Claim(
        "On the {scale} scale the rules set {low:.0%} to {high:.0%} of the customers aside, with up to "
        "{revenue:.0%} "
        "of the revenue.",
        facts,
    )


def answers(picks: Sequence[int | None]) -> Claim:
    """State how many different k the measures give."""
    facts: Facts = {
        "n_answers": len({pick for pick in picks if pick is not None}),
        "n_measures": len(picks),
        "picks": ", ".join(str(pick) for pick in picks),
    }
    end = "all give the same answer." if facts["n_answers"] == 1 else "give {n_answers} answers."
    return Claim("Asked for the k of nine features, {n_measures} measures (picking {picks}) " + end, facts)


def beginnings(found: Mapping[str, Sequence[Starts]]) -> tuple[Claim, ...]:
    """Judge for each set of customers whether it matters where a fit begins."""
    return tuple(_beginning(name, starts) for name, starts in found.items())


def _beginning(name: str, starts: Sequence[Starts]) -> Claim:
    best = max(starts, key=lambda each: each.good_share)
    worst = min(starts, key=lambda each: each.good_share)
    facts: Facts = {
        "name": name,
        "best": best.method,
        "high": best.good_share,
        "low": worst.good_share,
        "even": best.good_share - worst.good_share <= EVEN,
    }
    verdict = "it hardly matters" if facts["even"] else "it matters"
    return Claim(
        "Of {name}, " + verdict + " where a fit begins: {low:.0%} to {high:.0%} of the starts come near "
        "the best "
        "fit, most of them with {best}.",
        facts,
    )


def algorithms(outcomes: Sequence[AlgorithmOutcome]) -> Claim:
    """Judge linkage and density by what they make of the customers."""
    by_name = {outcome.name: outcome for outcome in outcomes}
    average, dense = by_name["hierarchical, average"], by_name["HDBSCAN"]
    scored = [outcome.silhouette for outcome in outcomes if np.isfinite(outcome.silhouette)]

    def again(_lines: pd.DataFrame) -> Facts:
        sizes = pd.Series(average.labels).value_counts()
        return {
            "largest": float(sizes.max() / sizes.sum()),
            "best": bool(average.silhouette == max(scored, default=np.nan)),
            "n_density": len(set(by_name["DBSCAN"].labels.tolist()) - {-1}),
            "n_dense": len(set(dense.labels.tolist()) - {-1}),
            "noise": float((np.asarray(dense.labels) == -1).mean()),
        }

    facts = again(pd.DataFrame())
    index = (
        ", and has the best silhouette of all: indices reward splitting a few off" if facts["best"] else ""
    )
    text = (
        "Average linkage puts {largest:.1%} into one segment" + index + ". Density finds {n_density} and "
        "{n_dense} "
        "clusters, HDBSCAN with {noise:.0%} of the customers in none. Where density finds no gaps, "
        "segments are "
        "cuts through a continuum, and K-means at least makes them compact and even."
    )
    return Claim(text, facts, again)


def mixtures(found: Mixtures) -> Claim:
    """State whether BIC ends its fall within what was tried."""

    def again(_lines: pd.DataFrame) -> Facts:
        lowest = min(
            zip(found.ks, map(min, found.full, found.diagonal), strict=True), key=lambda pair: pair[1]
        )[0]
        return {"best": lowest, "falls": lowest == max(found.ks)}

    facts = again(pd.DataFrame())
    if facts["falls"]:
        text = (
            "BIC falls as far as was tried ({best} components): components shrink onto ties, such as no "
            "second "
            "purchase, instead of describing kinds of customers."
        )
    else:
        text = "BIC is lowest at {best} components."
    return Claim(text, facts, again)


def ensemble(found: Consensus) -> Claim:
    """State what was joined, and how large the parts are."""

    def again(_lines: pd.DataFrame) -> Facts:
        sizes = sorted(pd.Series(found.labels).value_counts().tolist(), reverse=True)
        n_units = len(found.unit_labels)
        return {
            "n": found.n_clusterings,
            "n_units": n_units,
            "sizes": ", ".join(f"{size:,}" for size in sizes),
        }

    text = (
        "{n} clusterings of {n_units} micro-clusters (units of a self-organising map, with the weight of "
        "their "
        "customers) differ in k, start and features seen. Micro-clusters that mostly stay together are "
        "joined. "
        "Sizes of the result: {sizes}."
    )
    return Claim(text, again(pd.DataFrame()), again)


def steadiness(found: Robustness) -> Claim:
    """Judge the ensemble against one start and against the best of several."""
    facts: Facts = {
        "one": found.single_start,
        "many": found.consensus,
        "best": found.best_of_ten,
        "steadier": found.consensus > found.single_start,
        "beaten": found.best_of_ten >= found.consensus,
    }
    first = (
        "An ensemble is steadier than one K-means"
        if facts["steadier"]
        else "An ensemble is no steadier than one"
    )
    second = (
        "the best of ten starts agrees at least as well ({best:.2f}), costs less, and has centers that a "
        "stream can "
        "assign to."
        if facts["beaten"]
        else "it is steadier than the best of ten starts ({best:.2f}) too, which costs less and has "
        "centers that a "
        "stream can assign to."
    )
    return Claim(first + " (agreement {many:.2f} after {one:.2f}); " + second, facts)


def runs(found: Robustness) -> Claim:
    """State how many runs were compared."""
    text = "{n} runs, each on four fifths of the customers, judged on all of them."
    return Claim(text, {"n": found.n_runs})


def label(segment: Labelled, given: Int32) -> Claim:
    """State how many a segment has, and what to do."""

    def again(_lines: pd.DataFrame) -> Facts:
        n = int((pd.Series(given) == segment.label).sum())
        return {"word": segment.word, "n": n, "action": segment.action}

    facts: Facts = {"word": segment.word, "n": segment.n_customers, "action": segment.action}
    return Claim("{word} ({n:,} customers): {action}", facts, again)


def followed(found: Year) -> Claim:
    """State from when to when a model was followed."""
    facts: Facts = {"day": found.champion_day, "k": found.k, "n_days": found.n_days, "n_lines": found.n_lines}
    return Claim(
        "A first model of {day} (k = {k}; recency, frequency, monetary), then {n_days} trading days with "
        "{n_lines:,} "
        "lines of known customers in their order, through the very functions that the stream calls: "
        "purchases update "
        "each customer's state, at midnight everybody ages and the centers move until labels rest. A "
        "clustering from "
        "scratch of the same customers is the yardstick.",
        facts,
    )


def aged(tended: Float64, frozen: Float64) -> Claim:
    """Judge a model that is tended daily and one that nobody touches."""
    facts: Facts = {"tended": float(tended.max()), "frozen": float(frozen.max())}
    text = (
        "At its worst, the inertia of a model that is tended daily is {tended:.3f} times that of a fresh "
        "one, of one "
        "that nobody touches {frozen:.2f} times. Where agreement dips although the fit is as good, two "
        "different "
        "clusterings are equally good."
    )
    return Claim(text, facts)
