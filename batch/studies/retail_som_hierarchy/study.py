"""The study: clean, encode, train the map, join its units, read the clusters."""

from functools import partial

import numpy as np
import pandas as pd

from batch.studies import stand_ins
from batch.studies.catalogue import STUDIES
from batch.studies.framework import Chapter, Context, DataTable, Fact, Paragraph, Study, StudyResult
from batch.studies.reading import DataFile, look, read_table
from batch.studies.retail_som_hierarchy import dendrogram, figures
from batch.studies.retail_som_hierarchy.encoded_rows import Encoded, decode, encode, largest_difference
from batch.studies.retail_som_hierarchy.reading_clusters import (
    cluster_means,
    explained,
    profiles,
    result_table,
)
from batch.studies.retail_som_hierarchy.retail_map import (
    GRID,
    ITERATIONS,
    N_CLUSTERS,
    Contest,
    RetailMap,
    compare,
    height_of_cut,
    join_units,
    train,
)
from batch.studies.retail_som_hierarchy.usable_rows import COLUMNS, REDUNDANT, CleanedTable, clean
from shared.core.arrays import Float64, Int64
from shared.core.som.two_level import MacroSegments
from shared.errors import InvalidConfig

MIN_ROWS = 10
_MADE_UP = (
    "Made-up purchases: 6,000 rows of the schema and with the dirt of a shop's file that may not be shipped. "
    "The numbers show the method and say nothing about any shop."
)


def run(context: Context) -> StudyResult:
    """Run every step and tell it in four chapters."""
    context.say("reading and cleaning")
    cleaned = usable(read_table(context.data, COLUMNS, min_rows=MIN_ROWS), context.data)
    encoded = encode(cleaned.rows)
    context.say(f"training the map, {ITERATIONS:,} rows one by one")
    found = train(encoded.X)
    context.say("joining its units")
    tree = join_units(found.weights)
    clusters = tree.labels[found.units] + 1
    decoded = decode(encoded, encoded.X)
    result = result_table(cleaned.rows, decoded, found.units, clusters, GRID.cols)
    chapters = (
        cleaning_chapter(cleaned, redundant(context.data)),
        map_chapter(encoded, found, cleaned),
        tree_chapter(tree, compare(encoded.X, found)),
        clusters_chapter(encoded, clusters, result),
    )
    source = _MADE_UP if context.is_own else f"{cleaned.n_in:,} rows of {context.data.path.name}"
    return StudyResult(source, chapters)


def usable(table: pd.DataFrame, file: DataFile) -> CleanedTable:
    """Clean a table that leaves enough rows to go on with.

    Raises
    ------
    InvalidConfig : fewer than `MIN_ROWS` rows are left; the message says what took the others.
    """
    cleaned = clean(table)
    if len(cleaned.rows) < MIN_ROWS:
        taken = "; ".join(f"{reason}: {count:,}" for reason, count in cleaned.dropped.items() if count)
        msg = (
            f"{file.path}: {len(cleaned.rows)} of {cleaned.n_in:,} rows are left after cleaning, at least "
            f"{MIN_ROWS} are needed; dropped because {taken}\ncorrect the file, or --map other columns"
        )
        raise InvalidConfig(msg)
    return cleaned


def redundant(file: DataFile) -> tuple[str, ...]:
    """Return which of the redundant columns the file has."""
    return tuple(name for name in REDUNDANT if name in look(file, COLUMNS).layout.names)


def discounted(rows: pd.DataFrame, units: Int64) -> Float64:
    """Return the share of each unit's purchases at a discount, (n_units,); NaN where it has none.

    A discount is any word but the one that sorts first, such as `no` before `yes`.
    """
    words = rows["discount_used"]
    is_discount = (words != words.min()).to_numpy(dtype=np.float64)
    counts = np.bincount(units, minlength=GRID.n_units)
    with_discount = np.bincount(units, is_discount, GRID.n_units)
    return np.where(counts > 0, with_discount / np.maximum(counts, 1), np.nan)


def cleaning_chapter(cleaned: CleanedTable, not_read: tuple[str, ...]) -> Chapter:
    """Tell what became of every row."""
    n_dropped = sum(cleaned.dropped.values())
    reasons = pd.DataFrame(cleaned.dropped.items(), columns=["reason", "rows"])
    return Chapter(
        "Cleaning",
        (
            Paragraph(
                "The prefix of the customer's number goes; columns that repeat another one are not read "
                f"({', '.join(not_read) or 'this file has none of them'}); dates become dates, and age, week "
                "and month follow from them. An unknown gender or promotion becomes a word of its own. A row "
                "that lacks anything else is dropped."
            ),
            Fact("rows_in", "rows in the file", cleaned.n_in),
            Fact("rows_kept", "rows kept", len(cleaned.rows)),
            Fact("rows_dropped", "rows dropped", n_dropped),
            Fact("genders_filled", "genders unknown", cleaned.filled["gender"]),
            Fact("promotions_filled", "without promotion", cleaned.filled["promo_code"]),
            figures.dropped_rows(cleaned),
            DataTable("dropped", "Rows dropped, by their first fault", reasons),
        ),
    )


def map_chapter(encoded: Encoded, found: RetailMap, cleaned: CleanedTable) -> Chapter:
    """Tell how the map was learnt and what it looks like."""
    before, after = found.quantization_errors
    torn_before, torn_after = found.topographic_errors
    return Chapter(
        "The map",
        (
            Paragraph(
                "Categories become numbers in the order of the alphabet, and every feature is scaled to mean "
                f"0 and deviation 1. A map of {GRID.rows} x {GRID.cols} units starts at random and learns "
                f"{ITERATIONS:,} rows one by one, by MiniSom's rule: each moves the nearest unit and, less, "
                "its neighbours; rate and radius fall to a third."
            ),
            Fact("quantization_before", "quantization error before", before, 3),
            Fact("quantization_after", "after", after, 3),
            Fact("topographic_before", "topographic error before", torn_before, 3),
            Fact("topographic_after", "after", torn_after, 3),
            Fact("way_back", "largest error of scaling back", largest_difference(encoded, cleaned.rows)),
            figures.distances(found.weights, found.hits, discounted(cleaned.rows, found.units)),
        ),
    )


def tree_chapter(tree: MacroSegments, contests: tuple[Contest, ...]) -> Chapter:
    """Tell how units are joined, and what other ways would give."""
    max_d = height_of_cut(tree.linkage)
    others = pd.DataFrame(
        [(way.name, way.sizes[0], way.sizes[-1], way.silhouette) for way in contests],
        columns=["units joined by", "largest cluster", "smallest cluster", "mean silhouette"],
    )
    return Chapter(
        "The tree",
        (
            Paragraph(
                "Units are joined two by two, by average linkage; each counts once, however many purchases "
                f"it stands for. Cut at {max_d:.2f}, the tree leaves {N_CLUSTERS} clusters."
            ),
            Fact("max_d", "cut, deviations", max_d, 3),
            Fact("clusters", "clusters", N_CLUSTERS),
            dendrogram.tree(tree.linkage, max_d),
            figures.clusters_on_map(tree.labels + 1),
            DataTable("linkages", "Other ways to join", others, "Sizes in purchases.", decimals=3),
        ),
    )


def clusters_chapter(encoded: Encoded, clusters: Int64, result: pd.DataFrame) -> Chapter:
    """Tell what each cluster is made of, and give every row with its cluster."""
    made_of = explained(encoded.X, clusters)
    return Chapter(
        "The clusters",
        (
            figures.cluster_heatmap(cluster_means(encoded.X, clusters)),
            figures.explained_bars(made_of),
            DataTable("clusters", "The clusters, in the units of the file", profiles(result)),
            DataTable("explained", "Variance between clusters", made_of, decimals=3),
            DataTable("result", "Every purchase with its place and cluster", result, shown=10),
        ),
    )


STUDY = Study(
    name="retail-som-hierarchy",
    title=STUDIES["retail-som-hierarchy"].title,
    asked=(
        "Clean a shop's file: prefixed customer numbers, columns to drop, missing birth dates and post "
        "codes, placeholders, dates, age, week and month. Encode and scale it, train a 15 x 15 map for "
        "10,000 steps, draw its distances with markers, join the units by average linkage, read a dendrogram "
        "with a cut, take eight clusters back to the original units and save them."
    ),
    advice=(
        "Cluster customers, not purchases: one customer lands in several clusters here. Sum purchases up "
        "first, as recency, frequency and spend.",
        "Week, month and post code say when and where, not who, and divide the customers along the "
        "calendar; leave them out. Week and month also say the same thing twice.",
        "A code in the order of the alphabet puts `none` between `fest10` and `new5`. Use one column for "
        "each word, or leave the column out.",
        "Take the logarithm of amounts before scaling: a few large ones stretch the scale for all.",
        "Weight units by their rows when joining them (Ward): otherwise an empty unit counts as much as a "
        "crowded one.",
        "Choose the number of clusters by what holds on another sample, not by the look of a tree.",
        "Count what cleaning drops, as here, and compare those rows with the others: if they differ, the "
        "clusters are of the tidy customers only.",
    ),
    columns=COLUMNS,
    own_data=partial(stand_ins.own_data, "retail"),
    run=run,
    notebook="retail_som_hierarchy",
)
