"""The chapter on staying current: what the document calls real-time."""

from dataclasses import asdict
from functools import partial

import numpy as np
import pandas as pd

from batch.studies.framework import Chapter, DataTable, Fact, Figure, Paragraph
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
            Paragraph(
                f"A first model of {found.champion_day} (k = {found.k}; recency, frequency, monetary), "
                f"then {found.n_days} trading days with "
                f"{found.n_lines:,} lines of known customers in their order, through the very functions "
                "that the stream calls: purchases "
                "update each customer's state, at midnight everybody ages and the centers move until "
                "labels rest. "
                "Every seventh trading day a clustering from scratch of the same customers is the yardstick."
            ),
            Figure(
                "year",
                "A model over the year",
                "Tended daily it stays as good as a new one; untouched, its fit decays within weeks. Where "
                "agreement dips although the fit is as good, two different clusterings are equally good.",
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
