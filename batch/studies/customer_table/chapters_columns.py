"""What the columns are, which are clustered by, and how they are made comparable."""

from collections.abc import Iterator

import pandas as pd

from batch.studies.claims import Claim, Facts
from batch.studies.customer_table.choosing import of_role, repeated_ids
from batch.studies.customer_table.column_rules import MAX_MISSING
from batch.studies.customer_table.fillings import agreement_of_fillings
from batch.studies.customer_table.preparing import NEIGHBOURS, SKEWED
from batch.studies.customer_table.recounts import plain_numbers, skewed_again
from batch.studies.customer_table.segmented import Segmented
from batch.studies.framework import Block, Chapter, DataTable, Fact, Paragraph

_SAME_GROUPS = 0.99
"""Agreement from which a few customers at the borders are the whole difference."""


def columns_chapter(found: Segmented) -> Chapter:
    """Tell what each column holds and what becomes of it."""
    table = found.file.table
    used = of_role(found.verdicts, "clustered by")
    claim = Claim(
        "{columns} columns, of which customers are clustered by {n_used}: {used}.",
        {"columns": table.shape[1], "n_used": len(used), "used": ", ".join(used)},
        lambda t: {
            "columns": len(t.columns),
            "n_used": sum(name in used for name in t),
            "used": ", ".join(name for name in t if name in used),
        },
    )
    return Chapter(
        "The columns",
        (
            Fact("customers", "customers in the file", len(table)),
            Fact("columns", "columns", table.shape[1]),
            Fact("columns_used", "clustered by", len(used)),
            Paragraph(claim),
            *_repeated(found),
            Paragraph(
                "Amounts are clustered by. Words, and numbers that stand for groups, are tabulated against "
                "the groups, since a distance between words would be invented. Ids, constants, columns that "
                "are mostly empty and columns that repeat another decide nothing. `--use` and `--leave-out` "
                "overrule this."
            ),
            _verdicts(found),
        ),
    )


def _repeated(found: Segmented) -> Iterator[Paragraph]:
    return (Paragraph(_repeat(name, n)) for name, n in repeated_ids(found.file.table, found.verdicts))


def _repeat(name: str, n: int) -> Claim:
    def again(table: pd.DataFrame) -> Facts:
        return {"rows": int(table[name].count() - table[name].nunique()), "column": name}

    wording = (
        "{rows:,} rows repeat a value of {column}. If these are purchases or months, add them up to one row "
        "for each customer first: here a customer in several rows counts several times."
    )
    return Claim(wording, {"rows": n, "column": name}, again)


def _verdicts(found: Segmented) -> DataTable:
    table = found.file.table
    frame = pd.DataFrame(
        {
            "column": [verdict.name for verdict in found.verdicts],
            "what becomes of it": [verdict.role for verdict in found.verdicts],
            "why": [verdict.why.text for verdict in found.verdicts],
            "empty share": [float(table[verdict.name].isna().mean()) for verdict in found.verdicts],
            "unreadable cells": [found.file.unread.get(verdict.name, 0) for verdict in found.verdicts],
        }
    )
    note = "Cells that cannot be read as what the rest of their column is count as empty."
    if not found.file.unread:
        frame, note = frame.drop(columns="unreadable cells"), ""
    claims = tuple(verdict.why for verdict in found.verdicts)
    return DataTable("columns", "What becomes of each column", frame, note, shown=100, claims=claims)


def preparation_chapter(found: Segmented) -> Chapter:
    """Tell how amounts were made comparable and what was filled."""
    blocks: list[Block] = [Paragraph(_skewed(found)), Paragraph(_emptiness(found)), _features(found)]
    if found.prepared.is_filled.any() or len(found.clustered) < len(found.file.table):
        blocks += _fillings(found)
    return Chapter("Made comparable", tuple(blocks))


def _skewed(found: Segmented) -> Claim:
    amounts = [feature for feature in found.prepared.features if feature.group is None]
    leaning = sum(abs(feature.skew_raw) > SKEWED for feature in amounts)
    logs = sum(feature.is_log for feature in amounts)
    wording = "None of the {amounts} amounts leans to one side by a skewness above {limit:.0f}; "
    if leaning:
        wording = (
            "{skewed} of {amounts} amounts lean to one side by a skewness above {limit:.0f}. Of {logs} of "
            "them the logarithm of one more than the value is taken, which leans less: else the few largest "
            "customers would make the groups; "
        )
    facts = {"logs": logs, "skewed": leaning, "amounts": len(amounts), "limit": SKEWED}
    rest = "then each is measured in deviations from its mean, so that units do not matter."
    return Claim(wording + rest, facts, skewed_again(found.prepared.features, SKEWED))


def _emptiness(found: Segmented) -> Claim:
    names = [feature.column for feature in found.prepared.features if feature.group is None]
    empty = found.file.table[names].isna()
    customers = int(empty.any(axis=1).sum())
    facts = {"cells": int(empty.to_numpy().sum()), "customers": customers, "all": len(empty)}
    wordings = {
        "median": "each gets its column's median",
        "knn": "each gets the mean of the {neighbours} most similar customers",
        "leave-out": "these customers are in no group",
    }
    wording = "{cells:,} cells of {customers:,} of the {all:,} customers are empty; "
    wording += wordings[found.wishes.filling] + "."
    if not customers:
        wording = "No cell of the {all:,} customers is empty in a column that is clustered by."

    def again(table: pd.DataFrame) -> Facts:
        columns = [plain_numbers(table, name) for name in names]
        per_row = sum((column.isna().astype(int) for column in columns), pd.Series(0, index=table.index))
        return {
            "cells": int(per_row.sum()),
            "customers": int((per_row > 0).sum()),
            "all": len(table),
            "neighbours": NEIGHBOURS,
        }

    return Claim(wording, facts | {"neighbours": NEIGHBOURS}, again)


def _features(found: Segmented) -> DataTable:
    features = [feature for feature in found.prepared.features if feature.group is None]
    frame = pd.DataFrame(
        {
            "column": [feature.label for feature in features],
            "taken as": ["its logarithm" if feature.is_log else "it is" for feature in features],
            "skewness": [feature.skew_raw for feature in features],
            "skewness as taken": [feature.skew_taken for feature in features],
            "empty cells": [feature.n_empty for feature in features],
            "filled with": [feature.fill for feature in features],
        }
    )
    if frame["filled with"].isna().all():
        frame = frame.drop(columns="filled with")
    return DataTable("features", "How each amount is compared", frame, shown=100)


def _fillings(found: Segmented) -> list[Block]:
    frame = agreement_of_fillings(found)
    worst = frame.loc[frame["agreement"].idxmin()]
    least = float(worst["agreement"])
    facts: Facts = {"least": least, "how": str(worst["empty cells"]), "same": 1.0}
    wording = "Other ways to deal with empty cells make other groups, the most so {how}: "
    if least >= _SAME_GROUPS:
        wording = "Other ways to deal with empty cells make the same groups, even {how}: "
    wording += "agreement {least:.2f} (adjusted Rand index; the same groups have {same:.0f})."

    def again(_: pd.DataFrame) -> Facts:
        first = frame.sort_values("agreement", kind="stable").iloc[0]
        return {"least": float(first["agreement"]), "how": str(first["empty cells"]), "same": 1.0}

    note = Claim(
        "A column that is more than {limit:.0%} empty is not filled but left out, unless it is asked for.",
        {"limit": MAX_MISSING},
    )
    return [
        Paragraph(Claim(wording, facts, again)),
        DataTable("fillings", "What other fillings would change", frame, note),
    ]
