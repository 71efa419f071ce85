"""What the study says of the map, of the tree of its units and of the clusters."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd

from batch.studies.claims import Claim, Facts, Sentence, Value
from batch.studies.framework.wording import in_words
from batch.studies.retail_som_hierarchy import recounts
from batch.studies.retail_som_hierarchy.cleaning_claims import Told
from batch.studies.retail_som_hierarchy.encoded_rows import Encoded
from batch.studies.retail_som_hierarchy.reading_clusters import in_several
from batch.studies.retail_som_hierarchy.retail_map import GRID, ITERATIONS, N_CLUSTERS, Contest, RetailMap
from batch.studies.retail_som_hierarchy.unit_marks import UnitMarks
from shared.core.arrays import Int64


def of_training(encoded: Encoded, found: RetailMap, told: Told) -> Claim:
    """Say how the map is learnt, and how near it comes."""

    def facts(error: float, torn: float) -> Facts:
        return {
            "rows": GRID.rows, "cols": GRID.cols, "steps": ITERATIONS, "error": error, "torn": torn,
            "n_features": len(encoded.features), "features": ", ".join(map(in_words, encoded.features)),
        }  # fmt: skip

    def again(read: pd.DataFrame) -> Facts:
        X = recounts.matrix(recounts.cleaned(read, told)[0], encoded.features)
        return facts(*recounts.errors(X, found.weights, GRID.cols))

    return Claim(
        "Words become numbers in the order of the alphabet, and the {n_features} features ({features}) are "
        "scaled to mean zero and deviation one. A map of {rows} x {cols} units starts at random and learns "
        "{steps:,} rows one by one, by MiniSom's rule: each moves the nearest unit and, less, its "
        "neighbours. In the end a row is {error:.2f} deviations from its unit in the mean, and the two "
        "nearest units of {torn:.1%} of the rows do not touch.",
        facts(found.quantization_errors[1], found.topographic_errors[1]),
        again,
    )


def of_marks(marks: UnitMarks | None) -> Sentence:
    """Say what markers on the map mean."""
    text = (
        "Each unit's mean distance to the units it touches: ridges of large distances part regions of like "
        "purchases. "
    )
    if marks is None:
        return text + "A marker is a unit with purchases; the larger, the more."
    column = in_words(marks.column)
    return Claim(
        text + "A marker says which word of {column} most of a unit's purchases have; the larger, the more "
        "purchases.",
        {"column": column, "words": len(marks.words)},
        partial(_words_again, marks),
    )


def _words_again(marks: UnitMarks, read: pd.DataFrame) -> Facts:
    own = {"discount_used": "discountUsed", "promo_code": "promo_code", "gender": "Gender"}[marks.column]
    texts = {str(text).strip().casefold() for text in read[own].dropna()} | {"unknown", "none"}
    return {"column": in_words(marks.column), "words": len(texts & set(marks.words))}


def of_tree(found: RetailMap, max_d: float, clusters: Int64) -> Claim:
    """Say where the tree is cut, and how many clusters hold purchases."""

    def facts(height: float, sizes: Sequence[int]) -> Facts:
        return {"max_d": height, "k": N_CLUSTERS, "held": len(sizes), "largest": max(sizes) / sum(sizes)}

    def again(_: pd.DataFrame) -> Facts:
        sizes = pd.Series(clusters).value_counts().tolist()
        return facts(recounts.cut(found.weights, N_CLUSTERS), sizes)

    sizes = [int(size) for size in np.bincount(clusters) if size]
    held = "" if len(sizes) == N_CLUSTERS else " of which {held} hold purchases"
    return Claim(
        "Units are joined two by two, by average linkage; each counts once, however many purchases it stands "
        f"for. Cut at {{max_d:.2f}}, the tree leaves {{k}} clusters{held}. The largest holds {{largest:.1%}} "
        "of the purchases.",
        facts(max_d, sizes),
        again,
    )


def of_linkages(contests: Sequence[Contest]) -> Claim:
    """Say which way of joining the units parts the purchases best."""
    asked, best = contests[0], max(contests, key=lambda way: np.nan_to_num(way.silhouette, nan=-1.0))
    facts: dict[str, Value] = {
        "best": best.name, "silhouette": best.silhouette, "asked": asked.silhouette,
        "is_asked": best is asked,
    }  # fmt: skip
    wording = "Of the ways to join them, {best} parts the purchases best (silhouette {silhouette:.3f})."
    if best is not asked:
        wording = (
            "Purchases are parted better by {best} (silhouette {silhouette:.3f}) than by the tree above "
            "({asked:.3f})."
        )
    again = facts | {
        "silhouette": max(np.nan_to_num(way.silhouette, nan=-1.0) for way in contests),
        "is_asked": asked.silhouette >= best.silhouette,
    }
    return Claim(wording, facts, lambda _: again)


def of_explained(made_of: pd.DataFrame, encoded: Encoded, clusters: Int64, told: Told) -> Claim:
    """Say what the clusters are made of most."""
    first = made_of.iloc[0]

    def again(read: pd.DataFrame) -> Facts:
        X = recounts.matrix(recounts.cleaned(read, told)[0], encoded.features)
        shares = {
            in_words(name): recounts.explained(X[:, at], clusters) for at, name in enumerate(encoded.features)
        }
        return {"feature": max(shares, key=lambda name: shares[name]), "share": max(shares.values())}

    return Claim(
        "Share of each feature's variance that lies between the clusters (eta squared): most of all that of "
        "{feature}, {share:.0%}.",
        {"feature": in_words(str(first["feature"])), "share": float(first["explained_share"])},
        again,
    )


def of_customers(result: pd.DataFrame, clusters: Int64, told: Told) -> Claim:
    """Say whether customers stay in one cluster."""
    n, several = in_several(result)

    def again(read: pd.DataFrame) -> Facts:
        seen: dict[object, list[int]] = {}
        rows = recounts.cleaned(read, told)[0]
        for customer, cluster in zip(rows["customer_id"], clusters.tolist(), strict=True):
            seen.setdefault(customer, []).append(cluster)
        often = [places for places in seen.values() if len(places) > 1]
        return {"n": len(often), "several": sum(len(set(places)) > 1 for places in often)}

    wording = "No customer has bought more than once, so purchases are customers here."
    if n:
        wording = (
            "Of {n:,} customers who bought more than once, {several:,} are in several clusters: these are "
            "clusters of purchases."
        )
    return Claim(wording, {"n": n, "several": several}, again)
