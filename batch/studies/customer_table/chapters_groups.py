"""How many groups there are, and what sets each apart."""

from functools import partial

import numpy as np
import pandas as pd
from scipy.spatial.distance import cdist
from sklearn.metrics import silhouette_score

from batch.studies.claims import Claim, Facts
from batch.studies.customer_table import drawings
from batch.studies.customer_table.choosing import of_role
from batch.studies.customer_table.column_values import as_numbers, shown
from batch.studies.customer_table.effects import MEDIUM, Effect
from batch.studies.customer_table.found_groups import CHOICE_ROWS, starts_for
from batch.studies.customer_table.preparing import EMPTY_WORD
from batch.studies.customer_table.recounts import explained_again, group_facts
from batch.studies.customer_table.segmented import Segmented
from batch.studies.customer_table.wishes import SEED
from batch.studies.framework import Block, Chapter, DataTable, Fact, Figure, Paragraph
from batch.studies.framework.common_drawings import silhouettes_by_k

_TOLD = 5
"""Differences in a sentence."""
_PROBE = 1_500
"""Customers that the silhouette of `score_k` compares pairwise."""


def k_chapter(found: Segmented) -> Chapter:
    """Tell how many groups the report takes, and what speaks against the others."""
    report, k = found.groups.report, found.groups.k
    silhouettes = {scores.k: scores.silhouette for scores in report.scores}
    caption = "Mean silhouette for each number of groups; the ring marks the number that was taken."
    return Chapter(
        "How many groups",
        (
            Fact("groups", "groups", k),
            Fact("silhouette", "mean silhouette", silhouettes[k], 3),
            Paragraph(_choice(found)),
            Paragraph(
                "A number of groups must first reach floors: groups that come back when customers are drawn "
                "anew, whether the fit starts from its centers (warm) or from nothing (cold), each of them "
                "for itself (Jaccard), and none that is tiny. Among the numbers that reach them the "
                "silhouette decides. Where none does, the table has no groups that another sample would show "
                "again, and they are a way to sort customers, not a finding."
            ),
            Figure(
                "silhouettes", "How many groups", caption, partial(silhouettes_by_k, silhouettes, k, "groups")
            ),
            _scores(found),
        ),
    )


def _choice(found: Segmented) -> Claim:
    report, k = found.groups.report, found.groups.k
    passing = [verdict.k for verdict in report.choice.verdicts if not verdict.missed]
    facts: dict[str, float | int | str] = {
        "k": k,
        "silhouette": report.of(k).silhouette,
        "passing": ", ".join(map(str, passing)),
        "judged": found.groups.n_judged,
        "chosen": report.choice.k,
    }
    if found.wishes.k is not None:
        wording = "{k} groups, as told; the report would take {chosen}. "
    elif passing:
        wording = (
            "{k} groups: of the numbers that reach the floors ({passing}) the one with the best silhouette. "
        )
    else:
        wording = "{k} groups: no number reaches the floors, and this one misses the fewest. "
    wording += "Their silhouette is {silhouette:.3f}, judged on {judged:,} customers."
    return Claim(wording, facts, partial(_choice_again, found))


def _choice_again(found: Segmented, _: pd.DataFrame) -> Facts:
    """Take the silhouette again by scikit-learn, and the choice from the table of scores."""
    X, report, k = found.prepared.X, found.groups.report, found.groups.k
    sample = X[np.sort(np.random.default_rng(SEED).permutation(len(X))[:CHOICE_ROWS])]
    n = len(sample)
    probe = sample[np.sort(np.random.default_rng(SEED).choice(n, min(n, _PROBE), replace=False))]
    labels = cdist(probe, report.of(k).centers).argmin(axis=1)
    table = _scores(found).frame.set_index("groups")
    able = table[table["misses"] == ""]
    best = able["silhouette"].idxmax() if len(able) else report.choice.k
    return {
        "k": k if found.wishes.k is not None else best,
        "silhouette": float(silhouette_score(probe, labels)),
        "passing": ", ".join(map(str, able.index)),
        "judged": min(len(X), CHOICE_ROWS),
        "chosen": best,
    }


def _scores(found: Segmented) -> DataTable:
    missed = {verdict.k: "; ".join(verdict.missed) for verdict in found.groups.report.choice.verdicts}
    frame = pd.DataFrame(
        [
            {
                "groups": scores.k,
                "silhouette": scores.silhouette,
                "warm ARI": scores.warm_ari,
                "cold ARI": scores.cold_ari,
                "weakest Jaccard": float(scores.jaccard.min()),
                "smallest group share": scores.min_share,
                "misses": missed[scores.k],
                "davies_bouldin": scores.davies_bouldin,
                "calinski_harabasz": scores.calinski_harabasz,
                "inertia": scores.inertia,
            }
            for scores in found.groups.report.scores
        ]
    )
    note = "The report by which this product chooses the number of its segments."
    return DataTable("k_scores", "Every number of groups", frame, note, decimals=3)


def groups_chapter(found: Segmented) -> Chapter:
    """Tell who is in each group."""
    groups = found.groups
    blocks: list[Block] = [
        Fact("inertia", "inertia", groups.inertia, 1),
        Fact("smallest_share", "smallest group, share", float(groups.sizes.min() / groups.sizes.sum()), 3),
        Paragraph(_method(found)),
        Paragraph(_explained(found)),
        _groups(found),
    ]
    if found.sizes.shape[1]:
        blocks += [drawings.effect_heatmap(found), _medians(found)]
    if found.sizes.shape[1] > 1:
        blocks.append(drawings.two_columns(found))
    if found.prepared.X.shape[1] > 1:
        blocks.append(drawings.plane(found))
    if groups.map is not None:
        blocks += [
            Fact("quantization_error", "quantization error, deviations", groups.map.quantization_error, 3),
            Fact("topographic_error", "topographic error, share", groups.map.topographic_error, 3),
            drawings.customers_on_map(found),
        ]
    if found.words:
        blocks.append(_words(found))
    return Chapter("The groups", (*blocks, _customers(found)))


def _method(found: Segmented) -> Claim:
    if found.groups.map is not None:
        grid = found.groups.map.grid
        return Claim(
            "A self-organising map of {rows} x {cols} units learns the customers, and Ward's rule joins its "
            "units, each with the weight of its customers.",
            {"rows": grid.rows, "cols": grid.cols},
        )
    judged = found.groups.n_judged
    drawn = "" if judged == len(found.clustered) else " The starts are drawn on {judged:,} of the customers."
    return Claim(
        "K-means, the best of {starts} starts." + drawn,
        {"starts": starts_for(judged), "judged": judged},
    )


def _explained(found: Segmented) -> Claim:
    X = found.prepared.X
    share = 1 - found.groups.inertia / float(((X - X.mean(axis=0)) ** 2).sum())
    return Claim(
        "The groups explain {share:.0%} of the variance of what they were made by; the rest is within them.",
        {"share": share},
        explained_again(X, found.groups.labels),
    )


def _groups(found: Segmented) -> DataTable:
    sizes = found.groups.sizes
    claims = {group: group_claim(found, group) for group in found.names}
    frame = pd.DataFrame(
        {
            "group": list(found.names),
            "name": list(found.names.values()),
            "customers": sizes,
            "share": sizes / sizes.sum(),
            "what sets it apart": [claim.text for claim in claims.values()],
        }
    )
    note = Claim(
        "Named by the columns with the largest effect sizes; below {medium} a difference is not named.",
        {"medium": MEDIUM},
    )
    return DataTable("groups", "The groups", frame, note, claims=tuple(claims.values()))


def group_claim(found: Segmented, group: int) -> Claim:
    """State what sets a group apart, in the file's units."""
    told = found.effects[group][:_TOLD]
    logs = frozenset(feature.column for feature in found.prepared.features if feature.is_log)
    own = pd.Series(found.groups.labels == group)
    facts: dict[str, float | int | str] = {"customers": int(own.sum()), "share": float(own.mean())}
    parts = []
    for at, effect in enumerate(told):
        wording, more = _part(at, effect)
        parts.append(wording)
        facts |= more
    wording = "; ".join(parts) or "near the average in everything"
    again = partial(group_facts, rows=found.prepared.rows, own=own, told=told, logs=logs)
    return Claim(f"{{customers:,}} customers ({{share:.1%}}): {wording}.", facts, again)


def _part(at: int, effect: Effect) -> tuple[str, dict[str, float | int | str]]:
    facts: dict[str, float | int | str] = {f"label_{at}": effect.label}
    if effect.word is not None:
        facts |= {f"typical_{at}": effect.typical, f"elsewhere_{at}": effect.elsewhere}
        return f"{{label_{at}}} for {{typical_{at}:.0%}}, elsewhere {{elsewhere_{at}:.0%}}", facts
    facts |= {
        f"way_{at}": "higher" if effect.size > 0 else "lower",
        f"typical_{at}": shown(effect.typical),
        f"elsewhere_{at}": shown(effect.elsewhere),
        f"size_{at}": abs(effect.size),
    }
    words = f"{{way_{at}}} {{label_{at}}}: {{typical_{at}}} against {{elsewhere_{at}}}"
    return f"{words} (effect {{size_{at}:.1f}})", facts


def _medians(found: Segmented) -> DataTable:
    labels = found.groups.labels
    columns = {name: as_numbers(found.clustered[name]) for name in found.amounts}
    medians = pd.DataFrame(columns).groupby(labels).median()
    medians.insert(0, "name", pd.Series(found.names))
    frame = medians.rename_axis("group").reset_index()
    note = "The median of each amount, in the file's units; dates are days before the last."
    return DataTable("medians", "The typical customer of each group", frame, note)


def _words(found: Segmented) -> DataTable:
    """Share of every value in every group, one row for each."""
    parts = []
    for name in found.words:
        values = found.clustered[name].astype(object).map(shown, na_action="ignore").fillna(EMPTY_WORD)
        shares = pd.crosstab(values, found.groups.labels, normalize="columns")
        shares.columns = pd.Index([f"group {group} share" for group in shares.columns])
        parts.append(shares.rename_axis("value").reset_index().assign(column=name))
    frame = pd.concat(parts, ignore_index=True)
    frame = frame[["column", "value", *[name for name in frame if str(name).startswith("group ")]]]
    return DataTable("words", "Words, and numbers that stand for groups", frame, shown=60)


def _customers(found: Segmented) -> DataTable:
    """All rows of the file; the columns to look for come first."""
    table, rows = found.file.table, found.prepared.rows
    ids = of_role(found.verdicts, "id")
    group = pd.Series(pd.NA, index=table.index, dtype="Int64")
    group.iloc[rows] = found.groups.labels
    filled = np.zeros(len(table), dtype=bool)
    filled[rows] = found.prepared.is_filled
    rest = table.drop(columns=ids).convert_dtypes(
        infer_objects=False, convert_string=False, convert_boolean=False, convert_floating=False
    )
    keys = table[ids].convert_dtypes(convert_string=False)
    told = pd.DataFrame({"group": group, "group_name": group.map(found.names), "has_filled_cells": filled})
    frame = pd.concat([keys, told, rest], axis=1)
    return DataTable("customers", "Every customer with the group", frame, shown=10)
