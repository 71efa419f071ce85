"""The study: the same customers seen in two features, in three, and in all twelve."""

from functools import partial

import pandas as pd

from batch.studies import stand_ins
from batch.studies.catalogue import STUDIES
from batch.studies.framework import Chapter, Context, DataTable, Fact, Paragraph, Study, StudyResult
from batch.studies.reading import read_table
from batch.studies.stand_ins.customer360 import FEATURES
from batch.studies.visualise import figures
from batch.studies.visualise.clusters import (
    COLUMNS,
    MIN_ROWS,
    THREE,
    TWO,
    Clusters,
    cluster,
    profiles,
    scaled_means,
)

_MADE_UP = (
    "Made-up customers of a bank: 5,000 rows of twelve features, from six kinds of household whose names are "
    "not in the file."
)


def run(context: Context) -> StudyResult:
    """Cluster by two, three and twelve features, and show each in its way."""
    context.say("reading customers")
    customers = read_table(context.data, COLUMNS, min_rows=MIN_ROWS)
    context.say("clustering by two, three and twelve features")
    chapters = (
        two_chapter(customers, cluster(customers, TWO)),
        three_chapter(customers, cluster(customers, THREE)),
        twelve_chapter(customers, cluster(customers, FEATURES)),
    )
    source = _MADE_UP if context.is_own else f"{len(customers):,} customers of {context.data.path.name}"
    return StudyResult(source, chapters)


def two_chapter(customers: pd.DataFrame, found: Clusters) -> Chapter:
    """Show what one would draw by hand, and what K-means draws."""
    return Chapter(
        "Two features",
        (
            Paragraph(
                "K-means puts k centers among the points, gives each point to its nearest center, moves each "
                "center to the mean of its points, and repeats until nobody changes. It measures in all "
                "features alike, so they are scaled first: logarithms, which money needs, and then "
                "deviations."
            ),
            Fact("customers", "customers", len(customers)),
            *_numbers(found, "2d"),
            figures.plain_scatter(customers, TWO),
            figures.clustered_scatter(customers, found),
            figures.silhouettes(found, "silhouettes_2d"),
        ),
    )


def three_chapter(customers: pd.DataFrame, found: Clusters) -> Chapter:
    """Show three features in a figure that turns."""
    return Chapter("Three features", (*_numbers(found, "3d"), figures.turning_scatter(customers, found)))


def twelve_chapter(customers: pd.DataFrame, found: Clusters) -> Chapter:
    """Show what no scatter can: each cluster by the mean of each feature."""
    table = profiles(customers, found.labels)
    means = table.set_index("cluster")[list(FEATURES)]
    return Chapter(
        "All twelve",
        (
            Paragraph(
                "Twelve dimensions fit no scatter. What does fit is a table of aggregates, coloured: a row "
                "is a cluster, a column a feature. Read along a row for who they are, down a column for who "
                "has most of it."
            ),
            *_numbers(found, "12d"),
            figures.heatmap(scaled_means(found), means),
            figures.silhouettes(found, "silhouettes_12d"),
            DataTable("clusters", "Mean customer of each cluster", table, decimals=1),
            DataTable(
                "customers",
                "Every customer with the cluster",
                customers.assign(cluster=found.labels),
                shown=5,
            ),
        ),
    )


def _numbers(found: Clusters, name: str) -> tuple[Fact, Fact]:
    return (
        Fact(f"clusters_{name}", "clusters", found.k),
        Fact(f"silhouette_{name}", "mean silhouette", found.silhouettes[found.k], 3),
    )


STUDY = Study(
    name="visualise",
    title=STUDIES["visualise"].title,
    asked=(
        "Show what K-means does: a scatter of two features before and after, a scatter of three that can be "
        "turned, and, for a made-up set of twelve features of a bank's customers, a heatmap of each "
        "cluster's aggregates."
    ),
    advice=(
        "Scale before clustering, and take logarithms of money: on raw numbers the largest balance decides "
        "everything.",
        "Choose k by a measure, not by eye; and try another sample before believing it.",
        "A picture of two or three features shows their clusters, not those of all twelve: do not look for "
        "one in the other.",
        "Colour a heatmap by deviations and write raw means into it: raw means alone are coloured by their "
        "unit.",
        "Means hide spread. Before naming a cluster, look at the quartiles of what names it.",
    ),
    columns=COLUMNS,
    own_data=partial(stand_ins.own_data, "customer360"),
    run=run,
    notebook="visualise",
)
