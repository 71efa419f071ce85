"""What the study says of the customers at hand."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score, silhouette_score

from batch.studies.claims import Claim, Facts, Sentence, Value
from batch.studies.framework.silhouette_words import structure
from batch.studies.stand_ins.customer360 import FEATURES
from batch.studies.visualise.clusters import CANDIDATES, Clusters
from shared.core.choice.agreement import adjusted_rand_of

Labels = Mapping[str, str]


def of_columns(customers: pd.DataFrame, labels: Labels) -> list[Claim]:
    """Say which features are the same for everybody, and which have values below zero."""
    return [
        *(_constant(customers, name, labels[name]) for name in FEATURES if customers[name].nunique() == 1),
        *(_negative(customers, name, labels[name]) for name in FEATURES if customers[name].min() < 0),
    ]


def _constant(customers: pd.DataFrame, name: str, label: str) -> Claim:
    return Claim(
        "{label} is {value:,.4g} for everybody and parts nobody.",
        {"label": label, "value": float(customers[name].iloc[0])},
        lambda read: {"label": label, "value": float(read[name].unique().item())},
    )


def _negative(customers: pd.DataFrame, name: str, label: str) -> Claim:
    return Claim(
        "{label} is below zero for {n:,} customers; for the logarithm that counts as zero.",
        {"label": label, "n": int((customers[name] < 0).sum())},
        lambda read: {"label": label, "n": sum(value < 0 for value in read[name])},
    )


def of_lowest(customers: pd.DataFrame, labels: Labels, features: Sequence[str], lowest: float) -> list[Claim]:
    """Say how many values lie below what a log axis starts at."""

    def facts(table: pd.DataFrame) -> Facts:
        n = sum(int((table[name] < lowest).sum()) for name in features)
        return {"n": n, "lowest": lowest, "names": " and ".join(labels[name] for name in features)}

    if not facts(customers)["n"]:
        return []
    wording = "{n:,} values of {names} are below {lowest:g} and drawn there: a log axis has no zero."
    return [Claim(wording, facts(customers), facts)]


def of_structure(found: Clusters, labels: Labels) -> Claim:
    """Say into how many clusters the features fall, and how much there is to them."""
    names = " and ".join(labels[name] for name in found.features)
    if len(found.features) == len(FEATURES):
        names = "all features"
    if found.k == 1:
        return Claim(
            "By {names}, all customers are alike: there is {k} cluster.",
            {"names": names, "k": 1},
            lambda read: {"names": names, "k": len(read[list(found.features)].drop_duplicates())},
        )

    def facts(silhouette: float) -> Facts:
        return {
            "names": names, "k": found.k, "silhouette": silhouette, "structure": structure(silhouette),
        }  # fmt: skip

    return Claim(
        "By {names}, customers fall into {k} clusters; a silhouette of {silhouette:.3f} says {structure}.",
        facts(found.silhouette),
        lambda read: facts(_silhouette(found, read)),
    )


def of_k(found: Clusters) -> Sentence:
    """Say which number of clusters was taken of those that were tried."""
    if found.k == 1:
        return "There is nothing to choose: all customers are alike."
    facts: dict[str, Value] = {"k": found.k, "most": max(found.silhouettes), "d": len(found.features)}

    def again(read: pd.DataFrame) -> Facts:
        is_best = np.isclose(_silhouette(found, read), max(found.silhouettes.values()))
        n_different = len(np.unique(_scaled(found, read), axis=0))
        return facts | {"k": found.k if is_best else 0, "most": min(CANDIDATES[-1], n_different)}

    return Claim(
        "Mean silhouette for each number of clusters on {d} features, up to {most}; {k} is the best.",
        facts,
        again,
    )


def of_agreement(few: Sequence[Clusters], every: Clusters) -> Claim:
    """Say how far clusters of a few features are those of all."""
    names = {2: "two", 3: "three"}
    facts: dict[str, Value] = {
        f"of_{names[len(one.features)]}": adjusted_rand_of(pd.crosstab(one.labels, every.labels).to_numpy())
        for one in few
    }
    return Claim(
        "Clusters of two features agree with those of all by {of_two:.2f}, those of three by {of_three:.2f} "
        "(adjusted Rand index: one is the same, zero is chance).",
        facts,
        lambda _: {
            f"of_{names[len(one.features)]}": float(adjusted_rand_score(one.labels, every.labels))
            for one in few
        },
    )


def _scaled(found: Clusters, read: pd.DataFrame) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    logs = read[list(found.features)].clip(lower=0).map(np.log1p)
    deviation = logs.std(ddof=0)
    return np.asarray(((logs - logs.mean()) / deviation.where(deviation > 1e-9, 1.0)).to_numpy())


def _silhouette(found: Clusters, read: pd.DataFrame) -> float:
    return float(silhouette_score(_scaled(found, read)[found.sample], found.labels[found.sample]))
