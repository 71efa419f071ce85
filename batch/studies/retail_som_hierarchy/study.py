"""The study: clean the table, train the map row by row, join its units, read the clusters."""

from functools import partial

import pandas as pd

from batch.studies import stand_ins
from batch.studies.catalogue import STUDIES
from batch.studies.claims import Claim
from batch.studies.framework import Chapter, Context, DataTable, Fact, Paragraph, Study, StudyResult
from batch.studies.reading import DataFile, look, read_table
from batch.studies.retail_som_hierarchy import (
    cleaning_claims,
    cluster_words,
    dendrogram,
    figures,
    map_claims,
)
from batch.studies.retail_som_hierarchy.columns import COLUMNS, placeholders
from batch.studies.retail_som_hierarchy.encoded_rows import Encoded, decode, encode, largest_difference
from batch.studies.retail_som_hierarchy.reading_clusters import (
    KEYS,
    cluster_means,
    explained,
    profiles,
    result_table,
)
from batch.studies.retail_som_hierarchy.retail_map import (
    GRID,
    ITERATIONS,
    N_CLUSTERS,
    RetailMap,
    compare,
    height_of_cut,
    join_units,
    train,
)
from batch.studies.retail_som_hierarchy.unit_marks import mark
from batch.studies.retail_som_hierarchy.usable_rows import CleanedTable, clean
from shared.core.arrays import Int64
from shared.core.som.two_level import MacroSegments
from shared.errors import InvalidConfig

MIN_ROWS = 10


def run(context: Context) -> StudyResult:
    """Run every step and tell it in four chapters."""
    context.say("reading and cleaning")
    file = context.data
    read = read_table(file, COLUMNS, min_rows=MIN_ROWS)
    cleaned = usable(read, file)
    encoded = encode(cleaned.rows)
    context.say(f"training the map, {ITERATIONS:,} rows one by one")
    found = train(encoded.X)
    context.say("joining its units")
    tree = join_units(found.weights)
    clusters = tree.labels[found.units] + 1
    chapters = (
        cleaning_chapter(file, read, cleaned, encoded),
        map_chapter(file, encoded, found, cleaned),
        tree_chapter(tree, found, encoded, clusters),
        clusters_chapter(file, encoded, clusters, cleaned, found),
    )
    return StudyResult(_source(context, cleaned.n_in), chapters)


def _source(context: Context, n_in: int) -> Claim:
    wording = "{n:,} rows of {file}."
    if context.is_own:
        wording = (
            "Made-up purchases: {n:,} rows of the schema and with the dirt of a shop's file that may not be "
            "shipped. The numbers show the method and say nothing about any shop."
        )
    file = context.data.path.name
    return Claim(wording, {"n": n_in, "file": file}, lambda read: {"n": len(read), "file": file})


def usable(table: pd.DataFrame, file: DataFile) -> CleanedTable:
    """Clean a table that leaves enough rows to go on with.

    Raises
    ------
    InvalidConfig : fewer than `MIN_ROWS` rows are left; the message says what took the others.
    """
    cleaned = clean(table, file.placeholders)
    if len(cleaned.rows) < MIN_ROWS:
        taken = "; ".join(f"{reason}: {count:,}" for reason, count in cleaned.dropped.items() if count)
        msg = (
            f"{file.path}: {len(cleaned.rows)} of {cleaned.n_in:,} rows are left after cleaning, at least "
            f"{MIN_ROWS} are needed; dropped because {taken}\ncorrect the file, or --map other columns"
        )
        raise InvalidConfig(msg)
    return cleaned


def cleaning_chapter(file: DataFile, read: pd.DataFrame, cleaned: CleanedTable, encoded: Encoded) -> Chapter:
    """Tell what became of every column and of every row."""
    told, found = file.placeholders, placeholders(read, file.placeholders)
    names = look(file, COLUMNS).layout.names
    reasons = pd.DataFrame(
        [(reason, count) for reason, count in cleaned.dropped.items() if count], columns=["reason", "rows"]
    )
    claims = [
        *cleaning_claims.of_the_file(names, read, cleaned, encoded.features, told),
        cleaning_claims.of_placeholders(found, told),
        *cleaning_claims.of_fills(cleaned, told),
    ]
    return Chapter(
        "Cleaning",
        (
            Paragraph(
                "Dates become dates, and week and month follow from them, as does the age where dates of "
                "birth are known. An unknown word becomes a word of its own. A row that lacks anything else "
                "is dropped, and counted under its first fault."
            ),
            *(Paragraph(claim) for claim in claims),
            Fact("rows_in", "rows in the file", cleaned.n_in),
            Fact("rows_kept", "rows kept", len(cleaned.rows)),
            Fact("rows_dropped", "rows dropped", cleaned.n_in - len(cleaned.rows)),
            *([figures.dropped_rows(cleaned)] if len(reasons) else []),
            DataTable("dropped", "Rows dropped, by their first fault", reasons),
            *([DataTable("placeholders", "Cells that stand for nothing", found)] if len(found) else []),
        ),
    )


def map_chapter(file: DataFile, encoded: Encoded, found: RetailMap, cleaned: CleanedTable) -> Chapter:
    """Tell how the map was learnt and what it looks like."""
    before, after = found.quantization_errors
    torn_before, torn_after = found.topographic_errors
    marks = mark(cleaned.rows, encoded.features, found.units, GRID.n_units)
    return Chapter(
        "The map",
        (
            Paragraph(map_claims.of_training(encoded, found, file.placeholders)),
            Fact("quantization_before", "quantization error before", before, 3),
            Fact("quantization_after", "after", after, 3),
            Fact("topographic_before", "topographic error before", torn_before, 3),
            Fact("topographic_after", "after", torn_after, 3),
            Fact("way_back", "largest error of scaling back", largest_difference(encoded, cleaned.rows)),
            figures.distances(found, marks),
        ),
    )


def tree_chapter(tree: MacroSegments, found: RetailMap, encoded: Encoded, clusters: Int64) -> Chapter:
    """Tell how units are joined, and what other ways would give."""
    max_d, contests = height_of_cut(tree.linkage), compare(encoded.X, found)
    others = pd.DataFrame(
        [(way.name, way.sizes[0], way.sizes[-1], way.silhouette) for way in contests],
        columns=["units joined by", "largest cluster", "smallest cluster", "mean silhouette"],
    )
    return Chapter(
        "The tree",
        (
            Paragraph(map_claims.of_tree(found, max_d, clusters)),
            Fact("max_d", "cut, deviations", max_d, 3),
            Fact("clusters", "clusters", N_CLUSTERS),
            dendrogram.tree(tree.linkage, max_d),
            figures.clusters_on_map(tree.labels + 1),
            Paragraph(map_claims.of_linkages(contests)),
            DataTable("linkages", "Other ways to join", others, "Sizes in purchases.", decimals=3),
        ),
    )


def clusters_chapter(
    file: DataFile, encoded: Encoded, clusters: Int64, cleaned: CleanedTable, found: RetailMap
) -> Chapter:
    """Tell what each cluster is made of, and give every row with its cluster."""
    told, rows = file.placeholders, cleaned.rows
    result = result_table(rows, decode(encoded, encoded.X), found.units, clusters, GRID.cols)
    made_of = explained(encoded, clusters)
    bars = map_claims.of_explained(made_of, encoded, clusters, told)
    return Chapter(
        "The clusters",
        (
            cluster_words.readings(rows, clusters, encoded.features, told),
            Paragraph(map_claims.of_customers(result, clusters, told)),
            figures.cluster_heatmap(cluster_means(encoded, clusters)),
            figures.explained_bars(made_of, bars),
            DataTable(
                "clusters", "The clusters, in the units of the file", profiles(result, encoded.features)
            ),
            DataTable("explained", "Variance between clusters", made_of, decimals=3),
            DataTable(
                "result",
                "Every purchase with its place and cluster",
                result,
                shown=10,
                first=("cluster", *KEYS),
            ),
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
        "Cluster customers, not purchases. Sum purchases up first, as recency, frequency and spend.",
        "Week, month and post code say when and where, not who, and divide the customers along the "
        "calendar; leave them out. Week and month also say the same thing twice.",
        "A code in the order of the alphabet makes neighbours of words that have nothing in common. Use one "
        "column for each word, or leave the column out.",
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
