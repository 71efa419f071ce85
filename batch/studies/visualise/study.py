"""The study: the same customers seen in two features, in three, and in all twelve."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd

from batch.studies import stand_ins
from batch.studies.catalogue import STUDIES
from batch.studies.claims import Claim
from batch.studies.framework import Chapter, Context, DataTable, Fact, Paragraph, Study, StudyResult
from batch.studies.reading import DataFile, read_table
from batch.studies.stand_ins.customer360 import FEATURES
from batch.studies.visualise import claims, figures, turning
from batch.studies.visualise.clusters import (
    COLUMNS,
    FOURTH,
    MIN_ROWS,
    THREE,
    TWO,
    Clusters,
    cluster,
    labels_of,
    profiles,
    scaled_means,
    sums,
)


def run(context: Context) -> StudyResult:
    """Cluster by two, three and twelve features, and show each in its way."""
    context.say("reading customers")
    customers = read_table(context.data, COLUMNS, min_rows=MIN_ROWS)
    context.say("clustering by two, three and twelve features")
    sets = (TWO, THREE, (*THREE, FOURTH), FEATURES)
    two, three, four, twelve = (cluster(customers, features) for features in sets)
    told = BankChapters(customers, context.data)
    chapters = (
        told.two_chapter(two),
        told.three_chapter(three, four),
        told.twelve_chapter(twelve, (two, three)),
    )
    return StudyResult(_source(context, customers), chapters)


def _source(context: Context, customers: pd.DataFrame) -> Claim:
    wording = "{n:,} customers of {file}."
    if context.is_own:
        wording = (
            "Made-up customers of a bank: {n:,} rows, from kinds of household whose names are not in the "
            "file."
        )
    file = context.data.path.name
    return Claim(wording, {"n": len(customers), "file": file}, lambda read: {"n": len(read), "file": file})


@dataclass(frozen=True, eq=False)
class BankChapters:
    """The chapters, in the words of the file."""

    customers: pd.DataFrame
    file: DataFile

    @property
    def labels(self) -> dict[str, str]:
        """What each feature is called."""
        return labels_of(self.file)

    def two_chapter(self, found: Clusters) -> Chapter:
        """Show what one would draw by hand, and what K-means draws."""
        return Chapter(
            "Two features",
            (
                Paragraph(
                    "K-means puts k centers among the points, gives each point to its nearest center, moves "
                    "each center to the mean of its points, and repeats until nobody changes. It measures in "
                    "all features alike, so they are scaled first: logarithms, which money needs, and then "
                    "deviations."
                ),
                *(Paragraph(claim) for claim in claims.of_columns(self.customers, self.labels)),
                Paragraph(claims.of_structure(found, self.labels)),
                Fact("customers", "customers", len(self.customers)),
                *_numbers(found, "2d"),
                figures.plain_scatter(self.customers, self.labels, TWO),
                figures.clustered_scatter(self.customers, self.labels, found),
                figures.silhouettes(found, "silhouettes_2d"),
            ),
        )

    def three_chapter(self, found: Clusters, with_fourth: Clusters) -> Chapter:
        """Show three features in a figure that turns, and a fourth by its thirds."""
        return Chapter(
            "Three features",
            (
                Paragraph(claims.of_structure(found, self.labels)),
                *_numbers(found, "3d"),
                *(
                    Paragraph(claim)
                    for claim in claims.of_lowest(self.customers, self.labels, THREE[1:], turning.LOWEST)
                ),
                turning.turning_scatter(self.customers, self.labels, found),
                Paragraph(claims.of_structure(with_fourth, self.labels)),
                turning.turning_by_fourth(self.customers, self.labels, with_fourth),
            ),
        )

    def twelve_chapter(self, found: Clusters, few: Sequence[Clusters]) -> Chapter:
        """Show what no scatter can: each cluster by the mean of each feature."""
        table = profiles(self.customers, found.labels)
        means = table.set_index("cluster")[list(FEATURES)]
        placed = self.customers.assign(cluster=found.labels)
        own = dict(self.file.columns)
        return Chapter(
            "All features",
            (
                Paragraph(
                    "So many dimensions fit no scatter. What does fit is a table of aggregates, coloured: a "
                    "row is a cluster, a column a feature. Read along a row for who they are, down a column "
                    "for who has most of it."
                ),
                Paragraph(claims.of_structure(found, self.labels)),
                Paragraph(claims.of_agreement(few, found)),
                *_numbers(found, "12d"),
                figures.heatmap(scaled_means(found), means, self.labels),
                figures.sums_heatmap(sums(self.customers, found.labels), self.labels),
                figures.silhouettes(found, "silhouettes_12d"),
                DataTable("clusters", "Mean customer of each cluster", table.rename(columns=own), decimals=1),
                DataTable(
                    "customers", "Every customer with the cluster", placed.rename(columns=own), shown=5
                ),
            ),
        )


def _numbers(found: Clusters, name: str) -> tuple[Fact, Fact]:
    return (
        Fact(f"clusters_{name}", "clusters", found.k),
        Fact(f"silhouette_{name}", "mean silhouette", found.silhouette, 3),
    )


STUDY = Study(
    name="visualise",
    title=STUDIES["visualise"].title,
    asked=(
        "Show what K-means does: a scatter of two features before and after, its groups circled, a scatter "
        "of three that can be turned, a fourth feature by groups of its values, and, for a made-up set of "
        "twelve features of a bank's customers, a heatmap of each cluster's aggregates."
    ),
    advice=(
        "Scale before clustering, and take logarithms of money: on raw numbers the largest balance decides "
        "everything.",
        "Choose k by a measure, not by eye; and try another sample before believing it.",
        "A picture of two or three features shows their clusters, not those of all: do not look for one in "
        "the other.",
        "Colour a heatmap by deviations and write raw means into it: raw means alone are coloured by their "
        "unit.",
        "Means hide spread. Before naming a cluster, look at the quartiles of what names it.",
    ),
    columns=COLUMNS,
    own_data=partial(stand_ins.own_data, "customer360"),
    run=run,
    notebook="visualise",
)
