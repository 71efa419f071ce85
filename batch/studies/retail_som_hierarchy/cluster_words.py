"""Clusters in words: what sets their purchases apart from all purchases."""

import numpy as np
import pandas as pd

from batch.studies.claims import Claim, Facts, Value
from batch.studies.framework import DataTable
from batch.studies.framework.wording import in_words
from batch.studies.retail_som_hierarchy import recounts
from batch.studies.retail_som_hierarchy.cleaning_claims import Told
from batch.studies.retail_som_hierarchy.encoded_rows import categories
from shared.core.arrays import Int64

CLEAR, STRONG = 0.4, 1.0
"""Deviations from the mean of all purchases from which a difference is named, and named strong."""
MORE_OFTEN = 1.25
"""How many times as frequent as in all purchases a cluster's usual word is, to be named."""

_WORDS = {
    "age_years": ("younger", "older", "{age_years:.0f} years in the mean"),
    "week": ("earlier in the year", "later in the year", "week {week:.0f}"),
    "month": ("in earlier months", "in later months", "month {month:.0f}"),
    "post_code": (
        "lower post codes",
        "higher post codes",
        "the middle half from {post_code_from:.0f} to {post_code_to:.0f}",
    ),
    "quantity": ("fewer pieces", "more pieces", "{quantity:,.1f}"),
    "amount": ("lower amounts", "higher amounts", "{amount:,.2f}"),
    "sale_price_after_promo": ("lower prices", "higher prices", "{sale_price_after_promo:,.2f}"),
}


def readings(rows: pd.DataFrame, clusters: Int64, features: tuple[str, ...], told: Told) -> DataTable:
    """Return cluster, purchases and what they are like; each sentence is a claim."""
    claims = tuple(_like(rows, clusters, features, told, c) for c in np.unique(clusters).tolist())
    table = [(claim.facts["cluster"], claim.facts["purchases"], claim.text) for claim in claims]
    frame = pd.DataFrame(table, columns=["cluster", "purchases", "what sets them apart"])
    return DataTable("readings", "The clusters in words", frame, claims=claims)


def _like(rows: pd.DataFrame, clusters: Int64, features: tuple[str, ...], told: Told, cluster: int) -> Claim:
    facts = _facts(rows, clusters, features, cluster)
    parts = [part for name in features if (part := _part(name, facts))]
    return Claim(
        "; ".join(parts) or "near the average in everything",
        facts,
        lambda read: _facts(recounts.cleaned(read, told)[0], clusters, features, cluster),
    )


def _part(name: str, facts: Facts) -> str:
    """Return the words for one feature, '' where the cluster is as all are; month says what week says."""
    if f"{name}_is_usual" in facts:
        if not facts[f"{name}_is_usual"]:
            return ""
        return f"{in_words(name)} mostly {{{name}}} ({{{name}_share:.0%}}, of all {{{name}_all:.0%}})"
    sign = facts.get(f"{name}_sign", 0)
    if not sign or (name == "month" and facts.get("week_sign")):
        return ""
    below, above, said = _WORDS[name]
    much = "much " if facts[f"{name}_is_strong"] else ""
    return f"{much}{above if sign == 1 else below} ({said})"


def _facts(rows: pd.DataFrame, clusters: Int64, features: tuple[str, ...], cluster: int) -> Facts:
    """Return means, signs and usual words of one cluster, by pandas."""
    members = rows[clusters == cluster]
    facts: dict[str, Value] = {"cluster": cluster, "purchases": len(members)}
    words = categories(rows, features)
    for name in features:
        if name in words:
            facts |= _usual(name, rows[name], members[name])
        elif name in _WORDS:
            z = float((members[name].mean() - rows[name].mean()) / (rows[name].std() or 1.0))
            sign = 0 if abs(z) < CLEAR else (1 if z > 0 else -1)
            facts |= {name: float(members[name].mean()), f"{name}_sign": sign}
            facts[f"{name}_is_strong"] = abs(z) >= STRONG
    if "post_code" in facts and "post_code" not in words:
        low, high = np.quantile(members["post_code"], [0.25, 0.75])
        facts |= {"post_code_from": float(low), "post_code_to": float(high)}
    return facts


def _usual(name: str, everybody: "pd.Series[str]", members: "pd.Series[str]") -> Facts:
    word = str(members.value_counts().sort_index().idxmax())
    share, of_all = float((members == word).mean()), float((everybody == word).mean())
    is_usual = share >= 0.5 and share >= MORE_OFTEN * of_all
    return {name: word, f"{name}_share": share, f"{name}_all": of_all, f"{name}_is_usual": is_usual}
