"""The chapter on staying current: what the document calls real-time."""

from dataclasses import asdict
from functools import partial

import numpy as np
import pandas as pd

from batch.studies.framework import Chapter, DataTable, Fact, Figure, Paragraph
from batch.studies.kmeans_deep import deep_claims
from batch.studies.kmeans_deep.daily import Year
from batch.studies.kmeans_deep.figures_features import year_curves


def year(found: Year | None) -> Chapter:
    """Show how centers age over the year, tended and not."""
    title = "Staying current"
    if found is None:
        return Chapter(title, (Paragraph("The file holds too few days to follow a model over them."),))
    tended, frozen = (
        np.array([getattr(look, name) for look in found.looks]) for name in ("restated", "frozen")
    )
    moved = np.array([look.moved_share for look in found.looks])
    return Chapter(
        title,
        (
            Paragraph(deep_claims.followed(found)),
            Figure(
                "year",
                "A model over the year",
                deep_claims.aged(tended, frozen),
                partial(year_curves, found),
            ),
            Fact(
                "tended_ratio_mean",
                "inertia by a fresh clustering's, tended: mean",
                float(tended.mean()),
                digits=4,
            ),
            Fact("tended_ratio_max", "tended: worst", float(tended.max()), digits=4),
            Fact("frozen_ratio_mean", "never touched: mean", float(frozen.mean()), digits=3),
            Fact("frozen_ratio_max", "never touched: worst", float(frozen.max()), digits=3),
            Fact(
                "moved_share_median_percent",
                "customers who change segment in a day: median, %",
                100 * float(np.median(moved)),
                digits=1,
            ),
            DataTable(
                "year", "Looks", pd.DataFrame([asdict(look) for look in found.looks]), shown=8, decimals=4
            ),
            Paragraph(
                "So the answer to real-time is not to cluster again and again. Each customer's state is "
                "right within seconds; "
                "the centers follow once a day, which costs a few passes; a re-clustering is due when k or "
                "the scale no longer fits, and it keeps the identity of segments. `resegment stream`, "
                "`resegment "
                "recluster` and `resegment drift` do these three; docs/benchmarks.md has their speed."
            ),
        ),
    )
